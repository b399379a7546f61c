import type { ExecutionResult } from 'graphql';

/**
 * Executes each event of a source when it is pulled: a subscription for one
 * reader, as slow as that reader.
 *
 * `return()` reaches the source at once, also while `next()` is parked: an
 * async generator would wait for the next event.
 *
 * @see GraphQL specification, 6.2.3.2 MapSourceToResponseEvent.
 */
export function mappedStream(
  source: AsyncIterable<unknown>,
  execute: (event: unknown) => Promise<ExecutionResult> | ExecutionResult,
): AsyncIterableIterator<ExecutionResult, undefined> {
  const events = source[Symbol.asyncIterator]();
  const end = { done: true, value: undefined } as const;
  const stream: AsyncIterableIterator<ExecutionResult, undefined> = {
    async next() {
      const { done, value } = await events.next();
      if (done) return end;
      try {
        return { done: false, value: await execute(value) };
      } catch (error) {
        await events.return?.();
        throw error;
      }
    },
    async return() {
      await events.return?.();
      return end;
    },
    async throw(error: unknown) {
      await events.return?.();
      throw error;
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
