export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /** 0 ≤ value < 1. */
  readonly random: () => number;
}

/**
 * How long to wait after the n-th failure in a row, n from 1: doubling from
 * `minMs`, spread over [d, 2d) so that many clients of one server do not come
 * back together, never above `maxMs`.
 *
 * @see client-go tools/cache, Reflector: 800 ms, 30 s, factor 2, jitter 1.
 */
export function backoffMs(failures: number, { minMs, maxMs, random }: BackoffOptions): number {
  const delay = Math.min(minMs * 2 ** Math.min(failures - 1, 30), maxMs / 2);
  return Math.min(maxMs, delay * (1 + random()));
}

/** Resolves after `ms`, or as soon as `signal` is aborted; never rejects. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
