import { randomBytes } from 'node:crypto';
import type { Change, Freshness } from '../model/change.js';
import type { Position, SourcePosition } from './cursor.js';
import { isEqual } from './equal.js';
import { listen, tellAll } from './listeners.js';
import { missedBy, type Interest, type Missed } from './missed.js';
import type { Place, StoreEvent } from './store-event.js';
import type { History } from './timeline.js';
import { Tombstones } from './tombstones.js';

export interface LiveStoreOptions<T> {
  /** Names this store's numbering: a sequence of another epoch means nothing here. Random when left out. */
  readonly epoch?: string;
  /** How many deletions are remembered for readers that come back; 10,000 when left out. */
  readonly tombstones?: number;
  /** Lets readers of other processes and other lives come back; whoever feeds the store keeps it, after each change. */
  readonly history?: History | undefined;
  /** True for an object that another process on the same source may show otherwise. */
  readonly mayDiffer?: ((object: T) => boolean) | undefined;
  /** Told what a listener threw; a warning of the process when left out. */
  readonly onError?: (error: unknown) => void;
  /** ms since the epoch. */
  readonly now?: () => number;
}

export type LiveStore<T> = LiveObjects<T>;

export function createLiveStore<T>(options: LiveStoreOptions<T> = {}): LiveStore<T> {
  return new LiveObjects<T>(options);
}

/**
 * The latest state of every object of one source.
 *
 * A change that changes nothing is none: an object that is put again with the same
 * content moves no sequence and wakes nobody. Between `reset` and `synced` readers
 * go on seeing the old content; `synced` then applies the differences, each as a
 * change of its own. Order per object is the order of `apply`.
 *
 * Not promised: that every state is ever visible, or that a source's order between
 * two objects survives a reset.
 */
class LiveObjects<T> {
  readonly epoch: string;
  readonly history: History | undefined;
  readonly #mayDiffer: ((object: T) => boolean) | undefined;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  readonly #rows = new Map<string, { readonly object: T; readonly sequence: number }>();
  readonly #tombstones: Tombstones<T>;
  readonly #listeners = new Set<(event: StoreEvent<T>) => void>();
  readonly #freshnessListeners = new Set<(freshness: Freshness) => void>();
  readonly #syncWaiters = new Set<() => void>();
  #rebuild: Map<string, T> | undefined;
  /** Where the source stood when the rebuild began: what has come since is not seen yet. */
  #held: { readonly position: string | undefined } | undefined = { position: undefined };
  #sequence = 0;
  #hereOf: Place & { readonly origin: string | undefined; readonly position: Position };
  #synced = false;
  #freshness: Freshness;

  constructor(options: LiveStoreOptions<T>) {
    this.epoch = options.epoch ?? randomBytes(6).toString('base64url');
    this.history = options.history;
    this.#mayDiffer = options.mayDiffer;
    this.#now = options.now ?? Date.now;
    this.#onError = options.onError ?? ((error) => process.emitWarning(`a listener threw: ${String(error)}`));
    this.#tombstones = new Tombstones(options.tombstones ?? 10_000);
    this.#hereOf = { sequence: -1, origin: undefined, position: {} };
    const created = this.#now();
    this.#freshness = { asOf: created, staleSince: created, reason: 'The source has not answered yet.' };
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Grows by one with every effective change. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Every change of the source up to here is seen; undefined when that cannot be said. */
  get position(): string | undefined {
    return this.#held ? this.#held.position : this.history?.position;
  }

  /** Of a reader that has taken everything: the same object for all of them, until something happens. */
  get here(): Position {
    const before = this.position;
    const { sequence, origin } = this.#hereOf;
    if (sequence !== this.#sequence || before !== this.#hereOf.before || origin !== this.history?.origin) {
      const position = this.positionBefore({ sequence: this.#sequence + 1, before });
      this.#hereOf = { sequence: this.#sequence, before, origin: this.history?.origin, position };
    }
    return this.#hereOf.position;
  }

  /** Of a reader that has not taken what is at `place` yet: good for coming back, empty where a snapshot is not all taken. */
  positionBefore({ sequence, before }: Place): Position {
    const { history, position: to } = this;
    return {
      ...(sequence > 0 ? { local: { epoch: this.epoch, sequence: sequence - 1 } } : {}),
      ...(history && before !== undefined && to !== undefined
        ? { source: { origin: history.origin, from: before, to: to > before ? to : before } }
        : {}),
    };
  }

  /** True from the first `synced` on. */
  get synced(): boolean {
    return this.#synced;
  }

  get freshness(): Freshness {
    return this.#freshness;
  }

  get(key: string): T | undefined {
    return this.#rows.get(key)?.object;
  }

  *values(): IterableIterator<T> {
    for (const [, object] of this.entries()) yield object;
  }

  *entries(): IterableIterator<[key: string, object: T]> {
    for (const [key, { object }] of this.#rows) yield [key, object];
  }

  apply(change: Change<T>): void {
    if (change.type === 'reset') {
      this.#held ??= { position: this.position };
      this.#rebuild = new Map();
    } else if (change.type === 'synced') this.#finish();
    else if (change.type === 'put') this.#put(change.key, change.object);
    else this.#drop(change.key);
  }

  /** Called once per effective change, in order. @returns ends it */
  onChange(listener: (event: StoreEvent<T>) => void): () => void {
    return listen(this.#listeners, listener);
  }

  /** Called when the source becomes stale, stale for another reason, or current again; not when only `asOf` moves. */
  onFreshness(listener: (freshness: Freshness) => void): () => void {
    return listen(this.#freshnessListeners, listener);
  }

  setFreshness(freshness: Freshness): void {
    const before = this.#freshness;
    this.#freshness = freshness;
    if (before.staleSince === freshness.staleSince && before.reason === freshness.reason) return;
    tellAll(this.#freshnessListeners, freshness, this.#onError);
  }

  /** Resolves at the first `synced`. @throws the signal's reason once it is aborted */
  async whenSynced(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#synced) return;
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        this.#syncWaiters.delete(done);
        signal?.removeEventListener('abort', done);
        if (signal?.aborted) reject(signal.reason as Error);
        else resolve();
      };
      this.#syncWaiters.add(done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  /**
   * What a reader missed that had seen everything up to `sequence`: undefined when
   * that is too long ago to say what was deleted since, or lies in the future.
   *
   * @param isOfInterest Leaves out objects, and deletions by the last state that was known.
   */
  since(sequence: number, isOfInterest: (object: T) => boolean = () => true): Missed<T> | undefined {
    if (sequence > this.#sequence) return undefined;
    const gone = this.#tombstones.since(sequence, isOfInterest);
    if (!gone) return undefined;
    const objects: [string, T][] = [];
    for (const [key, row] of this.#rows) {
      if (row.sequence > sequence && isOfInterest(row.object)) objects.push([key, row.object]);
    }
    return { objects, gone };
  }

  /**
   * The same for a reader of another process or another life of this one; undefined when the
   * source's history does not go back so far, or this store has not come as far as the reader.
   */
  sinceElsewhere({ origin, from, to }: SourcePosition, interest: Interest<T> = {}): Missed<T> | undefined {
    const { history, position } = this;
    if (!history || history.origin !== origin || position !== history.position) return undefined;
    const touches = history.since(from, to);
    return touches && missedBy(this, touches, { ...interest, mayDiffer: this.#mayDiffer });
  }

  #put(key: string, object: T): void {
    if (!this.#rebuild) return this.#replace(key, object);
    // Compared here and not in `synced`, so that a large list is compared as it comes and not in one go.
    const held = this.get(key);
    this.#rebuild.set(key, held !== undefined && isEqual(held, object) ? held : object);
  }

  #drop(key: string): void {
    if (this.#rebuild) this.#rebuild.delete(key);
    else this.#remove(key);
  }

  #finish(): void {
    const found = this.#rebuild;
    this.#rebuild = undefined;
    if (found) {
      for (const key of this.#rows.keys()) if (!found.has(key)) this.#remove(key);
      for (const [key, object] of found) this.#replace(key, object);
    }
    this.#held = undefined;
    this.#synced = true;
    for (const done of this.#syncWaiters) done();
  }

  #replace(key: string, object: T): void {
    const previous = this.#rows.get(key)?.object;
    if (previous !== undefined && isEqual(previous, object)) return;
    this.#sequence += 1;
    const sequence = this.#sequence;
    this.#rows.set(key, { object, sequence });
    this.#tombstones.forget(key);
    const place = { sequence, before: this.position };
    tellAll(
      this.#listeners,
      previous === undefined ? { key, object, place } : { key, object, previous, place },
      this.#onError,
    );
  }

  #remove(key: string): void {
    const previous = this.#rows.get(key)?.object;
    if (previous === undefined) return;
    this.#sequence += 1;
    this.#rows.delete(key);
    this.#tombstones.add(key, previous, this.#sequence);
    const place = { sequence: this.#sequence, before: this.position };
    tellAll(this.#listeners, { key, previous, place }, this.#onError);
  }
}
