import type { Freshness } from '../model/change.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import type { Positions } from './cursor.js';
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
  /** A cursor of an earlier message; good or not, of this process or not. */
  readonly after?: string | undefined;
  /** Most objects and deletions in one message; 500 when left out. */
  readonly partSize?: number | undefined;
  /** How long a source may take to answer for the first time before what there is gets sent; 5,000 when left out. */
  readonly patienceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called once, however it ends. */
  readonly onClose?: (() => void) | undefined;
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
export function openSetStream<S>(needs: SetStreamNeeds<S>): AsyncIterableIterator<SetMessage<S>> {
  return new SetStream<S>(needs);
}

type Pull<S> = {
  readonly resolve: (result: IteratorResult<SetMessage<S>>) => void;
  readonly reject: (error: unknown) => void;
};

class SetStream<S> implements AsyncIterableIterator<SetMessage<S>> {
  readonly #needs: SetStreamNeeds<S>;
  readonly #readers: (readonly [name: string, reader: SourceReader<unknown>])[];
  readonly #pulls: Pull<S>[] = [];
  readonly #closed = new AbortController();
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
    const wake = (): void => this.#wake();
    const fail = (error: unknown): void => this.#fail(error);
    const sources = Object.entries(needs.sources) as [string, SetSource<unknown>][];
    this.#readers = sources.map(([name, source]) => [name, new SourceReader(source, wake, fail)]);
    needs.signal?.addEventListener('abort', this.#close, { once: true });
    if (needs.signal?.aborted) this.#close();
    else this.#prepare();
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<SetMessage<S>> {
    return this;
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

  /** Begins at once when every source has answered, else when the last one does or patience ends. */
  #prepare(): void {
    const waiting = this.#readers.filter(([, { store }]) => !store.synced);
    if (waiting.length === 0) return this.#begin();
    this.#patience = setTimeout(() => this.#begin(), this.#needs.patienceMs ?? 5_000);
    this.#patience.unref();
    const answers = waiting.map(([, { store }]) => store.whenSynced(this.#closed.signal));
    Promise.all(answers).then(
      () => this.#begin(),
      () => this.#close(),
    );
  }

  #begin(): void {
    if (this.#closed.signal.aborted) return;
    clearTimeout(this.#patience);
    try {
      if (!this.#isBegun) this.#resumeOrReset(decodeCursor(this.#needs.after ?? '', this.#needs.scope));
      this.#isBegun = true;
      this.#wake();
    } catch (error) {
      this.#fail(error);
    }
  }

  #resumeOrReset(positions: Positions = {}): void {
    const resumes = this.#readers.map(([name, reader]) => {
      const position = positions[name];
      const missed = reader.missed(position);
      return position && missed && { position, missed };
    });
    this.#isReset = resumes.includes(undefined);
    this.#readers.forEach(([, reader], index) => reader.begin(this.#isReset ? undefined : resumes[index]));
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
    const { changed, gone, count } = this.#take(this.#needs.partSize ?? 500);
    const wasWhole = this.#isWhole;
    this.#isWhole ||= this.#readers.every(([, reader]) => reader.isWhole);
    const freshness = worst(this.#readers.map(([, reader]) => reader.freshness));
    const staleness = `${freshness.staleSince ?? ''} ${freshness.reason ?? ''}`;
    const isFirst = this.#messages === 0;
    const isNews = isFirst || count > 0 || wasWhole !== this.#isWhole || staleness !== this.#staleness;
    if (!isNews) return undefined;
    this.#messages += 1;
    this.#staleness = staleness;
    const positions = Object.fromEntries(this.#readers.map(([name, { position }]) => [name, position]));
    const reset = isFirst && this.#isReset;
    return {
      reset,
      synced: this.#isWhole,
      cursor: encodeCursor(positions, this.#needs.scope),
      freshness,
      changed,
      gone,
    };
  }

  /** Another source comes first each time, so that a busy one cannot keep the others from being read. */
  #take(limit: number): { changed: SetMessage<S>['changed']; gone: string[]; count: number } {
    const changed: Record<string, readonly unknown[]> = {};
    const gone: string[] = [];
    let count = 0;
    for (const [name] of this.#readers) changed[name] = [];
    for (const turn of this.#readers.keys()) {
      const next = this.#readers[(this.#messages + turn) % this.#readers.length];
      if (!next) break;
      const part = next[1].take(limit - count);
      changed[next[0]] = part.objects;
      gone.push(...part.gone);
      count += part.objects.length + part.gone.length;
    }
    return { changed: changed as SetMessage<S>['changed'], gone, count };
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
    const failure = this.#pulls.length > 0 ? this.#failure : undefined;
    if (failure) {
      this.#failure = undefined;
      this.#pulls.shift()?.reject(failure.error);
    }
    for (const pull of this.#pulls.splice(0)) pull.resolve({ done: true, value: undefined });
  }
}

/** Oldest `asOf`; the earliest `staleSince` and its reason. */
function worst(all: readonly Freshness[]): Freshness {
  const asOf = Math.min(...all.map((one) => one.asOf));
  const stale = all.filter((one) => one.staleSince !== undefined);
  const [first] = stale.sort((a, b) => (a.staleSince ?? 0) - (b.staleSince ?? 0));
  return first ? { ...first, asOf } : { asOf };
}
