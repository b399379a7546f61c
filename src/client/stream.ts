import type { Operation } from './operation.js';
import type { RequestError, ResponseError } from './request.js';
import { mayPass, passes, refusedAnswer } from './refused-answer.js';

/** Hears everything of one stream as it arrives. */
export interface Follower<Change> {
  change(change: Change): void;
  /** Nothing comes for a while; the stream resumes by itself. */
  interrupted(reason: string): void;
  /** Nothing comes any more; with an error when the server refused. */
  ended(error?: RequestError): void;
}

/** Changes of one subscription, over as many sockets as it takes. Leaving the loop, or `return()`, closes it. */
export interface Stream<Change> extends AsyncIterableIterator<Change> {
  /** The callback form: calls `act` with every change. Settles at the end. @throws RequestError when the server refuses; what `act` throws */
  forEach(act: (change: Change) => void | Promise<void>): Promise<void>;
}

/** A stream that keeps a store current. */
export interface StoredStream<Change, Store> extends Stream<Change> {
  /**
   * What the stream tells, put together. Kept current from the first change on,
   * also when nobody loops over the stream. Take it first: it is made when it is
   * taken, and a loop begun later sees only what comes later.
   *
   * @throws Error when changes have been read already
   */
  readonly store: Store;
}

export interface StreamNeeds<Result, Change, Store> {
  /** Runs an operation until what is given back is called. */
  open(operation: Operation): () => void;
  readonly query: string;
  /** To ask with, from behind `after`. */
  variables(after: string | undefined): Readonly<Record<string, unknown>>;
  /** Where to begin; nothing is the beginning. */
  readonly after?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  changeOf(result: Result): Change;
  /** False where changes have no cursor: asked again, such a stream begins again. */
  readonly resumes: boolean;
  /** True for the change after which nothing can come. */
  isLast(change: Change): boolean;
  /** True when the server ends this operation because there is nothing more; otherwise that is an interruption. */
  readonly completes: boolean;
  createStore(): { readonly store: Store; readonly follower: Follower<Change> };
  /** Called with why when the stream is interrupted and is going to be resumed. */
  readonly onInterrupted?: ((reason: string) => void) | undefined;
}

/**
 * Opens a subscription and keeps it open: whenever it is interrupted it is
 * asked again behind the last change that arrived.
 *
 * Delivery is at least once. Changes that arrived and were not read yet are
 * kept, without a bound: read on, or take the store.
 *
 * Not an async generator on purpose: `return()` on a generator parked at an
 * `await` does not settle until the next change, so `break` would hang on a
 * quiet stream. Here it settles at once and closes the subscription.
 *
 * `next()` @throws RequestError when the server refuses this operation.
 */
export function openStream<Result, Change extends object, Store>(
  needs: StreamNeeds<Result, Change, Store>,
): StoredStream<Change, Store> {
  const arrived: Change[] = [];
  const parked: { resolve(result: IteratorResult<Change, undefined>): void; reject(error: Error): void }[] = [];
  let kept: ReturnType<typeof needs.createStore> | undefined;
  let isRead = false;
  let cursor = needs.after;
  let failure: RequestError | undefined;
  let closed = false;
  let hasDelivered = false;
  let refusals = 0;
  let leave: (() => void) | undefined;

  function close(error?: RequestError): void {
    if (closed) return;
    closed = true;
    failure = error;
    needs.signal?.removeEventListener('abort', stop);
    leave?.();
    kept?.follower.ended(error);
    for (const reader of parked.splice(0)) {
      if (failure) reader.reject(failure);
      else reader.resolve({ done: true, value: undefined });
      failure = undefined;
    }
  }

  function stop(): void {
    arrived.length = 0;
    close();
  }

  function interrupted(reason: string): void {
    if (closed) return;
    kept?.follower.interrupted(reason);
    needs.onInterrupted?.(reason);
  }

  /** The change, taken over into the store; undefined when it does not have the shape that was asked for. */
  function taken(data: unknown): Change | undefined {
    try {
      const change = needs.changeOf(data as Result);
      if (needs.resumes ? cursorOf(change) === undefined : !change) return undefined;
      kept?.follower.change(change);
      return change;
    } catch {
      // How much of it the store has taken over is not known: begin anew.
      cursor = undefined;
      return undefined;
    }
  }

  function receive(change: Change): void {
    hasDelivered = true;
    refusals = 0;
    cursor = cursorOf(change);
    const reader = parked.shift();
    if (reader) reader.resolve({ done: false, value: change });
    else if (isRead || !kept) arrived.push(change);
    if (needs.isLast(change)) close();
  }

  function refused(errors: readonly ResponseError[]): boolean {
    const error = refusedAnswer(errors);
    refusals += 1;
    if (passes(error) || (mayPass(error) && hasDelivered && refusals <= patience)) {
      interrupted(error.message);
      return true;
    }
    close(error);
    return false;
  }

  const operation: Operation = {
    payload: () => ({ query: needs.query, variables: needs.variables(cursor) }),
    next: (data) => {
      if (closed) return true;
      const change = taken(data);
      if (change) receive(change);
      return change !== undefined;
    },
    ended: (errors) => {
      if (errors) return refused(errors);
      if (needs.completes) close();
      else interrupted('the server ended the stream');
      return !closed;
    },
    interrupted,
    refused: close,
  };

  const stream: StoredStream<Change, Store> = {
    [Symbol.asyncIterator]: () => stream,
    get store() {
      if (!kept) {
        if (isRead) throw new Error('Take the store of a stream before reading its changes.');
        kept = needs.createStore();
        for (const change of arrived.splice(0)) kept.follower.change(change);
        if (closed) kept.follower.ended(failure);
      }
      return kept.store;
    },
    async forEach(act) {
      for await (const change of stream) await act(change);
    },
    next: () => {
      isRead = true;
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
    leave = needs.open(operation);
  }
  return stream;
}

/** Undefined where there is none: what the server sends need not have the shape that was asked for. */
function cursorOf(change: object | null | undefined): string | undefined {
  const { cursor } = (change ?? {}) as { readonly cursor?: unknown };
  return typeof cursor === 'string' ? cursor : undefined;
}

/** How often in a row a stream that has worked is asked again after an answer that may pass. */
const patience = 8;
