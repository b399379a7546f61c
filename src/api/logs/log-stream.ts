import type { LogMessage } from './log-message.js';
import type { LogQueue } from './log-queue.js';

type Pull = {
  readonly resolve: (result: IteratorResult<LogMessage>) => void;
  readonly reject: (error: unknown) => void;
};

export interface LogStreamNeeds {
  /** Makes the queue that is read from; `onRipe` must be called when it may have a message. */
  readonly createQueue: (onRipe: () => void) => LogQueue;
  /** Fills the queue, from the first pull on; ends soon after the signal is aborted. */
  readonly fill: (queue: LogQueue, signal: AbortSignal) => Promise<void>;
}

/**
 * The messages of one subscriber.
 *
 * Not an async generator on purpose: `return()` settles at once, also while
 * `next()` is parked, and stops all reading. It ends behind the message that says
 * `ended`.
 */
export function openLogStream(needs: LogStreamNeeds): AsyncIterableIterator<LogMessage> {
  return new LogStream(needs);
}

class LogStream implements AsyncIterableIterator<LogMessage> {
  readonly #needs: LogStreamNeeds;
  readonly #queue: LogQueue;
  readonly #stop = new AbortController();
  #pulls: Pull[] = [];
  #isBegun = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(needs: LogStreamNeeds) {
    this.#needs = needs;
    this.#queue = needs.createQueue(() => this.#flush());
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<LogMessage> {
    return this;
  }

  next(): Promise<IteratorResult<LogMessage>> {
    return new Promise((resolve, reject) => {
      this.#pulls.push({ resolve, reject });
      this.#begin();
      this.#flush();
    });
  }

  async return(): Promise<IteratorResult<LogMessage>> {
    this.#close();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<LogMessage>> {
    this.#close();
    throw error;
  }

  #begin(): void {
    if (this.#isBegun || this.#stop.signal.aborted) return;
    this.#isBegun = true;
    this.#needs.fill(this.#queue, this.#stop.signal).then(
      () => this.#queue.end(),
      (error: unknown) => {
        if (!this.#stop.signal.aborted) this.#failure = { error };
        this.#flush();
      },
    );
  }

  #flush(): void {
    while (this.#pulls.length > 0) {
      if (this.#stop.signal.aborted) return this.#endPulls();
      if (this.#failure) {
        this.#pulls.shift()?.reject(this.#failure.error);
        return this.#close();
      }
      const value = this.#queue.take();
      if (!value) return;
      this.#pulls.shift()?.resolve({ done: false, value });
      if (value.ended) this.#close();
    }
  }

  #close(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#endPulls();
    this.#queue.end();
  }

  #endPulls(): void {
    const pulls = this.#pulls;
    this.#pulls = [];
    for (const { resolve } of pulls) resolve({ done: true, value: undefined });
  }
}
