/** Ends waiting: by a signal from outside, or because one of several times has passed. */
export interface Limits<K extends string> {
  /** Aborted by the first of them. */
  readonly signal: AbortSignal;
  /** The first time that passed. */
  readonly passed: K | undefined;
  /** Lets one of the times begin again. */
  renew(limit: K): void;
  /** Must be called in the end. */
  clear(): void;
}

/**
 * Our own timers, because a half-open socket raises no error, and what a server
 * promised to do dies with the server.
 *
 * Not AbortSignal.any: that keeps the dependants of a long-lived signal.
 */
export function startLimits<K extends string>(
  outer: AbortSignal | undefined,
  limitsMs: Readonly<Record<K, number>>,
): Limits<K> {
  const controller = new AbortController();
  let passed: K | undefined;
  const timers = new Map<string, NodeJS.Timeout>();
  for (const [name, ms] of Object.entries<number>(limitsMs)) {
    const pass = (): void => {
      passed ??= name as K;
      controller.abort();
    };
    timers.set(name, setTimeout(pass, ms));
  }
  const abort = (): void => controller.abort();
  if (outer?.aborted) abort();
  outer?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    get passed() {
      return passed;
    },
    renew: (limit) => void timers.get(limit)?.refresh(),
    clear() {
      for (const timer of timers.values()) clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}
