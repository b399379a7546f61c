/** A setTimeout that is to wait longer does not wait at all. Nobody waits 24 days for a pod to stop. */
const longestTimerMilliseconds = 2 ** 31 - 1;

/** Why a pod is ended: through the API, by its own deadline, or because the node stops. */
export type StopReason = 'deleted' | 'deadline' | 'shutdown';

/** A pod's way to its end: asked once, then overdue when the grace period is over. */
export interface Stopping {
  /** Why it was asked first; undefined while it may run. */
  readonly reason: StopReason | undefined;
  /** Aborts when the pod was asked to stop. */
  readonly asked: AbortSignal;
  /** Aborts when what still runs has to be killed. */
  readonly overdue: AbortSignal;
  /** Asking again can only shorten the grace period. */
  ask(reason: StopReason, graceMilliseconds: number): void;
  /** Nothing is left to be timed. */
  settle(): void;
}

export function createStopping(): Stopping {
  const asked = new AbortController();
  const overdue = new AbortController();
  let reason: StopReason | undefined;
  let killAt = Number.POSITIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  let settled = false;
  return {
    get reason() {
      return reason;
    },
    asked: asked.signal,
    overdue: overdue.signal,
    ask(why, graceMilliseconds) {
      if (settled) return;
      reason ??= why;
      const wanted = performance.now() + graceMilliseconds;
      if (wanted < killAt) {
        killAt = wanted;
        clearTimeout(timer);
        if (graceMilliseconds <= 0) overdue.abort();
        else timer = setTimeout(() => overdue.abort(), Math.min(graceMilliseconds, longestTimerMilliseconds));
      }
      asked.abort();
    },
    settle() {
      settled = true;
      clearTimeout(timer);
    },
  };
}

/** Resolves when a signal aborts; at once when it has. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Resolves after a time, or as soon as the signal aborts. Never rejects. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, Math.min(milliseconds, longestTimerMilliseconds));
    signal.addEventListener('abort', finish, { once: true });
  });
}
