import type { Freshness } from '../model/change.js';
import type { Position } from './cursor.js';
import type { LiveStore, Missed } from './live-store.js';
import { Mailbox } from './mailbox.js';

/** One store, and which of its objects a subscriber is about. */
export interface SetSource<T> {
  readonly store: LiveStore<T>;
  /** Must depend on nothing but the object. */
  readonly includes: (object: T) => boolean;
  /**
   * False only for objects that were never included in any earlier state either. Spares a reader
   * that comes back the deletions of what it cannot have seen; without it all are named.
   */
  readonly mayHaveIncluded?: (object: T) => boolean;
  /** The id under which a client knows what was at `key`. */
  readonly goneId: (key: string) => string;
}

export interface SourcePart<T> {
  readonly objects: T[];
  readonly gone: string[];
}

/** Reads one store for one subscriber: first what is or was missed, then changes, never one twice in a row. */
export class SourceReader<T> {
  readonly #source: SetSource<T>;
  readonly #mailbox = new Mailbox<T | undefined>();
  /** What the subscriber holds, or may hold. */
  readonly #sent = new Set<string>();
  readonly #wake: () => void;
  readonly #fail: (error: unknown) => void;
  #unsubscribe: () => void = () => undefined;
  /** Everything up to this sequence is the beginning, a snapshot or what was missed. */
  #begunAt = 0;

  /**
   * @param wake There is something to take, or the freshness has changed.
   * @param fail `includes` threw: from here on a change may have been missed.
   */
  constructor(source: SetSource<T>, wake: () => void, fail: (error: unknown) => void) {
    this.#source = source;
    this.#wake = wake;
    this.#fail = fail;
  }

  get store(): LiveStore<T> {
    return this.#source.store;
  }

  get freshness(): Freshness {
    return this.store.freshness;
  }

  /** True when the beginning has been taken and was all there is. */
  get isWhole(): boolean {
    const { oldest } = this.#mailbox;
    return this.store.synced && (oldest === undefined || oldest > this.#begunAt);
  }

  /** Good for coming back; negative while a snapshot is not all taken, which no cursor decodes. */
  get position(): Position {
    const { oldest } = this.#mailbox;
    return { epoch: this.store.epoch, sequence: oldest === undefined ? this.store.sequence : oldest - 1 };
  }

  /** What was missed since `position`; undefined when only a snapshot can tell. */
  missed(position: Position | undefined): Missed<T> | undefined {
    if (!position || position.epoch !== this.store.epoch || !this.store.synced) return undefined;
    return this.store.since(position.sequence, this.#source.mayHaveIncluded);
  }

  /**
   * Listens first, then fills the mailbox: with what was missed since `position`,
   * or with everything. One synchronous step, so nothing can fall in between.
   */
  begin(resume?: { readonly missed: Missed<T>; readonly position: Position }): void {
    const { store, includes } = this.#source;
    const unsubscribe = [
      store.onChange(({ key, object, sequence }) => this.#change(key, object, sequence)),
      store.onFreshness(this.#wake),
    ];
    this.#unsubscribe = () => unsubscribe.forEach((end) => end());
    this.#begunAt = store.sequence;
    if (resume) return this.#resume(resume.missed, resume.position.sequence + 1);
    for (const [key, object] of store.entries()) if (includes(object)) this.#mailbox.put(key, object, 0);
  }

  take(limit: number): SourcePart<T> {
    const part: SourcePart<T> = { objects: [], gone: [] };
    for (const [key, object] of this.#mailbox.take(limit)) {
      if (object === undefined) {
        this.#sent.delete(key);
        part.gone.push(this.#source.goneId(key));
      } else {
        this.#sent.add(key);
        part.objects.push(object);
      }
    }
    return part;
  }

  end(): void {
    this.#unsubscribe();
    this.#mailbox.clear();
    this.#sent.clear();
  }

  #resume({ objects, gone }: Missed<T>, position: number): void {
    const { store, includes } = this.#source;
    for (const [key, object] of store.entries()) if (includes(object)) this.#sent.add(key);
    for (const [key, object] of objects) {
      this.#sent.add(key);
      this.#mailbox.put(key, includes(object) ? object : undefined, position);
    }
    for (const key of gone) {
      this.#sent.add(key);
      this.#mailbox.put(key, undefined, position);
    }
  }

  #change(key: string, object: T | undefined, sequence: number): void {
    try {
      if (object !== undefined && this.#source.includes(object)) this.#mailbox.put(key, object, sequence);
      else if (this.#sent.has(key)) this.#mailbox.put(key, undefined, sequence);
      else return this.#mailbox.remove(key);
      this.#wake();
    } catch (error) {
      this.#fail(error);
    }
  }
}
