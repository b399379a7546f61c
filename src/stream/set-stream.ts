import type { Freshness } from '../model/change.js';
import { decodeCursor, digestOf, encodeCursor } from './cursor.js';
import type { Positions } from './cursor.js';
import { areAlike } from './freshness.js';
import { Pulls } from './pulls.js';
import { freshnessOf, pendingIn, resumeOrReset, takeFrom, type Readers } from './readers.js';
import type { SetMessage } from './set-message.js';
import { SourceReader } from './source-reader.js';
import type { SetSource } from './source-reader.js';

export interface SetStreamNeeds<S> {
  readonly sources: { readonly [Name in keyof S]: SetSource<S[Name]> };
  /**
   * What tells this stream from others over the same stores, such as its filter: `after` of a stream
   * with another scope is of no use, or what that one did not include would be missing here.
   */
  readonly scope: string;
  /** A cursor of an earlier message; good or not, of this process, an earlier one or another replica. */
  readonly after?: string | undefined;
  /** Most objects and deletions in one message; 500 when left out. */
  readonly partSize?: number | undefined;
  /** How long a source may take to answer for the first time before what there is gets sent; 5,000 when left out. */
  readonly patienceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called once, however it ends. */
  readonly onClose?: (() => void) | undefined;
}

export interface SetStream<S> extends AsyncIterableIterator<SetMessage<S>, undefined> {
  /** The next message, when there is one now. @throws what a source's `includes` threw, once: the stream is at its end then */
  take(): SetMessage<S> | undefined;
  /**
   * Called when there may be something to take, or the stream has ended: in the middle of the change
   * that brings it, so take later. There is one listener.
   */
  onReady(listener: () => void): void;
  readonly isEnded: boolean;
  /**
   * True when the subscriber has been given everything there is: the snapshot is whole, nothing is
   * pending and the freshness was told. Streams of equal scope over the same stores, each caught up,
   * go on alike: one may then stand for the other.
   */
  readonly isCaughtUp: boolean;
  /** Objects and deletions that wait to be taken: never more than the stores have keys. */
  readonly pending: number;
}

/**
 * Follows one or more stores as one stream of messages.
 *
 * First comes a snapshot in parts, or what was missed since `after` when every
 * source can still tell; then one message per pull with everything that changed
 * since the last, newest state per object. A source that is down is said in
 * `freshness`, by a message of its own when nothing else happens.
 *
 * Promised: applying the messages in order ends in what the stores hold and
 * include; order per object never goes back; every final state comes. Not
 * promised: that every state between is seen, or that `gone` names only what
 * was sent when the stream was resumed.
 *
 * `return()` settles at once, also while `next()` is parked.
 */
export function openSetStream<S>(needs: SetStreamNeeds<S>): SetStream<S> {
  return new OpenSetStream<S>(needs);
}

class OpenSetStream<S> implements SetStream<S> {
  readonly #needs: SetStreamNeeds<S>;
  readonly #readers: Readers;
  readonly #pulls = new Pulls<SetMessage<S>>(this);
  readonly #scope: string;
  #listener: (() => void) | undefined;
  /** Ends waiting for sources that have not answered. */
  #waiting: AbortController | undefined;
  #patience: NodeJS.Timeout | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isBegun = false;
  #isEnded = false;
  #isReset = false;
  #isWhole = false;
  #messages = 0;
  /** What the subscriber was last told. */
  #freshness: Freshness | undefined;

  constructor(needs: SetStreamNeeds<S>) {
    this.#needs = needs;
    this.#scope = digestOf(needs.scope);
    const fail = (error: unknown): void => this.#fail(error);
    const sources = Object.entries(needs.sources) as [string, SetSource<unknown>][];
    this.#readers = sources.map(([name, source]) => [name, new SourceReader(source, this.#wake, fail)]);
    needs.signal?.addEventListener('abort', this.#close, { once: true });
    if (needs.signal?.aborted) this.#close();
    else this.#prepare();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get isCaughtUp(): boolean {
    const told = this.#freshness;
    return this.#isWhole && told !== undefined && this.pending === 0 && areAlike(freshnessOf(this.#readers), told);
  }

  get pending(): number {
    return pendingIn(this.#readers);
  }

  onReady(listener: () => void): void {
    this.#listener = listener;
  }

  take(): SetMessage<S> | undefined {
    if (this.#failure) {
      const { error } = this.#failure;
      this.#failure = undefined;
      throw error;
    }
    return this.#isBegun && !this.#isEnded ? this.#message() : undefined;
  }

  next(): Promise<IteratorResult<SetMessage<S>, undefined>> {
    return this.#pulls.next();
  }

  async return(): Promise<IteratorResult<SetMessage<S>, undefined>> {
    this.#close();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<SetMessage<S>, undefined>> {
    this.#close();
    throw error;
  }

  /** Begins at once when every source can answer, else when the last one does or patience ends. */
  #prepare(): void {
    const positions = decodeCursor(this.#needs.after ?? '', this.#scope);
    const waiting = this.#readers.filter(([, { store }]) => !store.synced);
    if (waiting.length === 0) return this.#reach(positions);
    this.#waitAtMost(() => this.#begin());
    const { signal } = (this.#waiting = new AbortController());
    Promise.all(waiting.map(([, { store }]) => store.whenSynced(signal))).then(
      () => (this.#isBegun ? this.#wake() : this.#reach(positions)),
      () => this.#close(),
    );
  }

  /** Lets every source find out what happened before this process looked, where the cursor needs that. */
  #reach(positions: Positions = {}): void {
    const asked = this.#readers
      .map(([name, reader]) => reader.reach(positions[name]))
      .filter((one) => one !== undefined);
    if (asked.length === 0) return this.#begin(positions);
    this.#waitAtMost(() => this.#begin(positions));
    void Promise.all(asked).then(() => this.#begin(positions));
  }

  #waitAtMost(then: () => void): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(then, this.#needs.patienceMs ?? 5_000);
    this.#patience.unref();
  }

  #begin(positions: Positions = {}): void {
    if (this.#isBegun || this.#isEnded) return;
    clearTimeout(this.#patience);
    this.#isBegun = true;
    try {
      this.#isReset = resumeOrReset(this.#readers, positions);
      this.#wake();
    } catch (error) {
      this.#fail(error);
    }
  }

  readonly #wake = (): void => {
    this.#listener?.();
    this.#pulls.wake();
  };

  /** Undefined when there is nothing to tell. */
  #message(): SetMessage<S> | undefined {
    const { changed, gone, count } = takeFrom(this.#readers, this.#needs.partSize ?? 500, this.#messages);
    const wasWhole = this.#isWhole;
    this.#isWhole ||= this.#readers.every(([, reader]) => reader.isWhole);
    const told = this.#freshness;
    const freshness = freshnessOf(this.#readers);
    if (told && count === 0 && wasWhole === this.#isWhole && areAlike(freshness, told)) return undefined;
    this.#messages += 1;
    this.#freshness = freshness;
    return {
      reset: this.#messages === 1 && this.#isReset,
      synced: this.#isWhole,
      cursor: encodeCursor(this.#readers, this.#scope),
      freshness,
      changed: changed as SetMessage<S>['changed'],
      gone,
    };
  }

  readonly #close = (): void => {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#waiting?.abort();
    clearTimeout(this.#patience);
    this.#needs.signal?.removeEventListener('abort', this.#close);
    for (const [, reader] of this.#readers) reader.end();
    this.#listener?.();
    this.#pulls.serve();
    this.#needs.onClose?.();
  };

  /** Whoever takes next is told; then the stream is at its end. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#close();
  }
}
