import type { Freshness } from '../model/change.js';
import type { Position } from './cursor.js';
import type { LiveStore } from './live-store.js';
import { Mailbox } from './mailbox.js';
import type { Missed } from './missed.js';
import type { Place, StoreEvent } from './store-event.js';

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
  /**
   * The same by the key. Decides where something went while nobody looked and its source cannot tell
   * what it was; without it, such a deletion leads to a snapshot where `mayHaveIncluded` is given.
   */
  readonly mayHaveHeld?: (key: string) => boolean;
  /** The id under which a client knows what was at `key`. */
  readonly goneId: (key: string) => string;
}

interface Unread<T> {
  /** Absent when it is gone, or not included any more. */
  readonly object?: T;
  /** The subscriber has not been given this object in any state. */
  readonly isNew: boolean;
}

/** Of a snapshot: there is no place to come back to before all of it is read. */
const nowhere: Place = { sequence: 0 };

/** Reads one store for one subscriber: first what is or was missed, then changes, never one twice in a row. */
export class SourceReader<T> {
  readonly #source: SetSource<T>;
  readonly #mailbox = new Mailbox<Unread<T>, Place>();
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
    return this.store.synced && (oldest === undefined || oldest.sequence > this.#begunAt);
  }

  /** Objects and deletions that were not taken yet: at most one for each key of the store. */
  get pending(): number {
    return this.#mailbox.size;
  }

  /** Good for coming back; empty while a snapshot is not all taken. */
  get position(): Position {
    const { oldest } = this.#mailbox;
    return oldest ? this.store.positionBefore(oldest) : this.store.here;
  }

  /** Undefined when `missed` can say at once what it can say at all. */
  reach({ local, source }: Position = {}): Promise<void> | undefined {
    const { epoch, history } = this.store;
    if (!source || source.origin !== history?.origin || local?.epoch === epoch) return undefined;
    return history.reach(source.from, source.to);
  }

  /** What was missed since `position`; undefined when only a snapshot can tell. */
  missed({ local, source }: Position = {}): Missed<T> | undefined {
    const { store } = this;
    const { mayHaveIncluded, mayHaveHeld } = this.#source;
    if (!store.synced) return undefined;
    const known = local?.epoch === store.epoch ? store.since(local.sequence, mayHaveIncluded) : undefined;
    const interest = { isOfInterest: mayHaveIncluded, isKeyOfInterest: mayHaveHeld };
    return known ?? (source && store.sinceElsewhere(source, interest));
  }

  /**
   * Listens first, then fills the mailbox: with what was missed since `position`,
   * or with everything. One synchronous step, so nothing can fall in between.
   */
  begin(resume?: { readonly missed: Missed<T>; readonly position: Position }): void {
    const { store, includes } = this.#source;
    const unsubscribe = [store.onChange((event) => this.#change(event)), store.onFreshness(this.#wake)];
    this.#unsubscribe = () => unsubscribe.forEach((end) => end());
    this.#begunAt = store.sequence;
    if (resume) return this.#resume(resume.missed, this.#placeOf(resume.position));
    for (const [key, object] of store.entries())
      if (includes(object)) this.#mailbox.put(key, { object, isNew: true }, nowhere);
  }

  /** Moves up to `limit` of what is unread to `objects` and `gone`. @returns how many */
  take(limit: number, objects: T[], gone: string[]): number {
    return this.#mailbox.take(limit, (key, { object }) => {
      if (object === undefined) gone.push(this.#source.goneId(key));
      else objects.push(object);
    });
  }

  end(): void {
    this.#unsubscribe();
    this.#mailbox.clear();
  }

  /** Where a reader goes on that has not taken all of what it missed. */
  #placeOf({ local, source }: Position): Place {
    const { epoch, history } = this.store;
    return {
      sequence: local?.epoch === epoch ? local.sequence + 1 : 0,
      before: source?.origin === history?.origin ? source?.from : undefined,
    };
  }

  #resume({ objects, gone }: Missed<T>, place: Place): void {
    const { includes } = this.#source;
    const isNew = false;
    for (const [key, object] of objects) {
      this.#mailbox.put(key, includes(object) ? { object, isNew } : { isNew }, place);
    }
    for (const key of gone) this.#mailbox.put(key, { isNew }, place);
  }

  /** Whether the subscriber knows an object follows from its state before: nothing is kept for objects that do not change. */
  #change({ key, object, previous, place }: StoreEvent<T>): void {
    try {
      const { includes } = this.#source;
      const unread = this.#mailbox.get(key);
      const isNew = unread ? unread.isNew : previous === undefined || !includes(previous);
      if (object !== undefined && includes(object)) this.#mailbox.put(key, { object, isNew }, place);
      else if (!isNew) this.#mailbox.put(key, { isNew }, place);
      else return this.#mailbox.remove(key);
      this.#wake();
    } catch (error) {
      this.#fail(error);
    }
  }
}
