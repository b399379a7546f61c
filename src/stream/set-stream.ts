import type { Freshness } from '../model/change.js';
import { decodeCursor, digestOf, encodeCursor } from './cursor.js';
import type { Positions } from './cursor.js';
import { stalenessOf, worstOf } from './freshness.js';
import { resumeOrReset, takeFrom, type Readers } from './readers.js';
import { SourceReader } from './source-reader.js';
import type { SetSource } from './source-reader.js';

/** Apply it so: on `reset` forget everything; then take over `changed`, by id; then drop `gone`. */
export interface SetMessage<S> {
  /** This begins a snapshot: what is not sent again is not there any more. */
  readonly reset: boolean;
  /** What was applied up to here is whole: a state that all sources have been in. */
  readonly synced: boolean;
  /** Good as `after`; while a snapshot is not whole it leads to a new one. */
  readonly cursor: string;
  /** Of the worst source. */
  readonly freshness: Freshness;
  readonly changed: { readonly [Name in keyof S]: readonly S[Name][] };
  readonly gone: readonly string[];
}

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

export interface SetStream<S> extends AsyncIterableIterator<SetMessage<S>> {
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

interface Pull<S> {
  resolve(result: IteratorResult<SetMessage<S>>): void;
  reject(error: unknown): void;
}

class OpenSetStream<S> implements SetStream<S> {
  readonly #needs: SetStreamNeeds<S>;
  readonly #readers: Readers;
  readonly #pulls: Pull<S>[] = [];
  readonly #closed = new AbortController();
  readonly #scope: string;
  #patience: NodeJS.Timeout | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isBegun = false;
  #isFlushing = false;
  #isReset = false;
  #isWhole = false;
  #messages = 0;
  /** What the subscriber was last told. */
  #staleness = '';

  constructor(needs: SetStreamNeeds<S>) {
    this.#needs = needs;
    this.#scope = digestOf(needs.scope);
    const wake = (): void => this.#wake();
    const fail = (error: unknown): void => this.#fail(error);
    const sources = Object.entries(needs.sources) as [string, SetSource<unknown>][];
    this.#readers = sources.map(([name, source]) => [name, new SourceReader(source, wake, fail)]);
    needs.signal?.addEventListener('abort', this.#close, { once: true });
    if (needs.signal?.aborted) this.#close();
    else this.#prepare();
  }

  [Symbol.asyncIterator](): SetStream<S> {
    return this;
  }

  get isCaughtUp(): boolean {
    return this.#isWhole && this.pending === 0 && stalenessOf(this.#freshness()) === this.#staleness;
  }

  get pending(): number {
    return this.#readers.reduce((sum, [, reader]) => sum + reader.pending, 0);
  }

  next(): Promise<IteratorResult<SetMessage<S>>> {
    return new Promise((resolve, reject) => {
      this.#pulls.push({ resolve, reject });
      this.#flush();
    });
  }

  async return(): Promise<IteratorResult<SetMessage<S>>> {
    this.#close();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<SetMessage<S>>> {
    this.#close();
    throw error;
  }

  /** Begins at once when every source can answer, else when the last one does or patience ends. */
  #prepare(): void {
    const positions = decodeCursor(this.#needs.after ?? '', this.#scope);
    const waiting = this.#readers.filter(([, { store }]) => !store.synced);
    if (waiting.length === 0) return this.#reach(positions);
    this.#waitAtMost(() => this.#begin());
    const answers = waiting.map(([, { store }]) => store.whenSynced(this.#closed.signal));
    Promise.all(answers).then(
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
    if (this.#isBegun || this.#closed.signal.aborted) return;
    clearTimeout(this.#patience);
    this.#isBegun = true;
    try {
      this.#isReset = resumeOrReset(this.#readers, positions);
      this.#wake();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** In a microtask, so that what changes together is told together. */
  #wake(): void {
    if (this.#isFlushing || this.#pulls.length === 0) return;
    this.#isFlushing = true;
    queueMicrotask(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#closed.signal.aborted) return this.#endPulls();
    while (this.#isBegun && this.#pulls.length > 0) {
      const value = this.#message();
      if (!value) return;
      this.#pulls.shift()?.resolve({ done: false, value });
    }
  }

  /** Undefined when there is nothing to tell. */
  #message(): SetMessage<S> | undefined {
    const { changed, gone, count } = takeFrom(this.#readers, this.#needs.partSize ?? 500, this.#messages);
    const wasWhole = this.#isWhole;
    this.#isWhole ||= this.#readers.every(([, reader]) => reader.isWhole);
    const freshness = this.#freshness();
    const scope = this.#scope;
    const staleness = stalenessOf(freshness);
    const isFirst = this.#messages === 0;
    const isNews = isFirst || count > 0 || wasWhole !== this.#isWhole || staleness !== this.#staleness;
    if (!isNews) return undefined;
    this.#messages += 1;
    this.#staleness = staleness;
    const positions = Object.fromEntries(this.#readers.map(([name, { position }]) => [name, position]));
    const reset = isFirst && this.#isReset;
    let cursor: string | undefined;
    return {
      reset,
      synced: this.#isWhole,
      // Written when it is asked for: not every subscription selects it.
      get cursor() {
        return (cursor ??= encodeCursor(positions, scope));
      },
      freshness,
      changed: changed as SetMessage<S>['changed'],
      gone,
    };
  }

  #freshness(): Freshness {
    return worstOf(this.#readers.map(([, reader]) => reader.freshness));
  }

  readonly #close = (): void => {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    clearTimeout(this.#patience);
    this.#needs.signal?.removeEventListener('abort', this.#close);
    for (const [, reader] of this.#readers) reader.end();
    this.#endPulls();
    this.#needs.onClose?.();
  };

  /** The next pull, if none is parked, is told; then the stream is at its end. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#close();
  }

  #endPulls(): void {
    if (this.#failure && this.#pulls.length > 0) {
      this.#pulls.shift()?.reject(this.#failure.error);
      this.#failure = undefined;
    }
    for (const pull of this.#pulls.splice(0)) pull.resolve({ done: true, value: undefined });
  }
}
