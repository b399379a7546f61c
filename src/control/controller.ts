import type { Reconcile } from './reconciler.js';
import { WorkQueue } from './work-queue.js';

export interface Controller extends AsyncDisposable {
  /** Something happened that may concern this key. */
  add(key: string): void;
}

interface ControllerNeeds {
  readonly reconcile: Reconcile;
  /** Keys that are worked on at the same time. */
  readonly workers: number;
  readonly onError: (key: string, error: unknown) => void;
}

const firstRetryMs = 200;
const longestRetryMs = 30_000;

/** Runs a reconciler over the keys that are added, one worker to a key, with backoff where it throws. */
export function startController({ reconcile, workers, onError }: ControllerNeeds): Controller {
  const queue = new WorkQueue();
  const failures = new Map<string, number>();
  const stop = new AbortController();

  async function work(): Promise<void> {
    for (;;) {
      const key = await queue.take();
      if (key === undefined) return;
      try {
        const { after } = await reconcile(key, stop.signal);
        failures.delete(key);
        if (after !== undefined) queue.addAfter(key, after);
      } catch (error) {
        if (!stop.signal.aborted) {
          onError(key, error);
          const count = failures.get(key) ?? 0;
          failures.set(key, count + 1);
          queue.addAfter(key, Math.min(firstRetryMs * 2 ** count, longestRetryMs) * (0.5 + Math.random() / 2));
        }
      } finally {
        queue.done(key);
      }
    }
  }

  const working = Promise.all(Array.from({ length: workers }, work));
  return {
    add: (key) => queue.add(key),
    async [Symbol.asyncDispose]() {
      stop.abort();
      queue.close();
      await working;
    },
  };
}
