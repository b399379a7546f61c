import type { Backoff } from './backoff.js';
import { waitMilliseconds } from './backoff.js';
import { fatalErrorOf, mayPass, reasonOf } from './dropped.js';
import type { ResponseError } from './request.js';

/** What hears one operation on a socket. */
export interface Sink<Result> {
  next(answer: { readonly data?: Result | null; readonly errors?: readonly ResponseError[] }): void;
  error(cause: unknown): void;
  complete(): void;
}

export interface StreamNeeds<Result, Change> {
  /** Opens the operation once, from behind `after`; gives back what closes it. Must not retry by itself. */
  subscribe(after: () => string | undefined, sink: Sink<Result>): () => void;
  /** Where to begin; nothing is the beginning. */
  readonly after?: string | undefined;
  readonly backoff: Backoff;
  readonly signal?: AbortSignal | undefined;
  changeOf(result: Result): Change;
  /** True for the change after which nothing can come. */
  isLast(change: Change): boolean;
  /** True when the server ends this operation because there is nothing more; otherwise that is an interruption. */
  readonly completes: boolean;
  /** Called with why when the stream is interrupted and is going to be resumed. */
  onInterrupted?(reason: string): void;
}

/** How often in a row a stream that has worked is opened again after an answer that may pass. */
const patience = 8;

/**
 * Changes of one subscription, over as many sockets as it takes.
 *
 * An interrupted stream is opened again behind the last change that arrived,
 * for ever, with jittered waits: server restarts and lost networks show as a
 * pause. Delivery is at least once. Changes that arrived and were not read yet
 * are kept, without a bound: read on.
 *
 * Not an async generator on purpose: `return()` on a generator parked at an
 * `await` does not settle until the next change, so `break` would hang on a
 * quiet stream. Here it settles at once and closes the subscription.
 *
 * `next()` @throws RequestError when the server refuses this operation.
 */
export function openStream<Result, Change extends { readonly cursor: string }>(
  needs: StreamNeeds<Result, Change>,
): AsyncIterableIterator<Change> {
  const arrived: Change[] = [];
  const parked: { resolve(result: IteratorResult<Change, undefined>): void; reject(error: Error): void }[] = [];
  let cursor = needs.after;
  let failure: Error | undefined;
  let closed = false;
  let failedAttempts = 0;
  let hasDelivered = false;
  let unsubscribe: (() => void) | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  function close(error?: Error): void {
    if (closed) return;
    closed = true;
    failure = error;
    clearTimeout(retry);
    needs.signal?.removeEventListener('abort', stop);
    leave();
    for (const reader of parked.splice(0)) {
      if (failure) reader.reject(failure);
      else reader.resolve({ done: true, value: undefined });
      failure = undefined;
    }
  }

  /**
   * Closes the operation, also one that has failed: graphql-ws closes its
   * socket when it has counted all operations down, and does not count down
   * those whose socket broke. A moment later, because one that is closed while
   * the server's `complete` lies in the same packet is counted down twice.
   */
  function leave(): void {
    if (unsubscribe) queueMicrotask(unsubscribe);
    unsubscribe = undefined;
  }

  function stop(): void {
    arrived.length = 0;
    close();
  }

  function resume(reason: string): void {
    if (closed) return;
    needs.onInterrupted?.(reason);
    clearTimeout(retry);
    retry = setTimeout(open, waitMilliseconds(needs.backoff, failedAttempts, Math.random()));
    failedAttempts += 1;
  }

  function receive(change: Change): void {
    failedAttempts = 0;
    hasDelivered = true;
    cursor = change.cursor;
    const reader = parked.shift();
    if (reader) reader.resolve({ done: false, value: change });
    else arrived.push(change);
    if (needs.isLast(change)) close();
  }

  function open(): void {
    let over = false;
    const end = (cause: unknown): void => {
      if (over) return;
      over = true;
      leave();
      const fatal = fatalErrorOf(cause);
      if (fatal && !(mayPass(fatal) && hasDelivered && failedAttempts < patience)) close(fatal);
      else resume(fatal?.message ?? reasonOf(cause));
    };
    unsubscribe = needs.subscribe(() => cursor, {
      next: ({ data, errors }) => {
        if (over || closed) return;
        if (errors || data == null) end(errors ?? []);
        else receive(needs.changeOf(data));
      },
      error: end,
      complete: () => {
        if (over) return;
        if (needs.completes) close();
        else end(new Error('the server ended the stream'));
      },
    });
  }

  const stream: AsyncIterableIterator<Change> = {
    [Symbol.asyncIterator]: () => stream,
    next: () => {
      const change = arrived.shift();
      if (change) return Promise.resolve({ done: false, value: change });
      if (failure) {
        const error = failure;
        failure = undefined;
        return Promise.reject(error);
      }
      if (closed) return Promise.resolve({ done: true, value: undefined });
      return new Promise((resolve, reject) => parked.push({ resolve, reject }));
    },
    return: () => {
      stop();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  if (needs.signal?.aborted) stop();
  else {
    needs.signal?.addEventListener('abort', stop);
    open();
  }
  return stream;
}
