import type { Pod } from './pod.js';

/** A setTimeout cannot wait longer. */
const longestTimerMilliseconds = 2 ** 31 - 1;

/** Tells when pods have been active for longer than their `activeDeadlineSeconds`. */
export interface PodDeadlines extends Disposable {
  /** To be called whenever the pod changed: it may get a deadline, or an earlier one, later on. */
  watch(pod: Pod): void;
  forget(uid: string): void;
}

export function createDeadlines(exceeded: (pod: Pod) => void): PodDeadlines {
  const timers = new Map<string, NodeJS.Timeout>();
  function forget(uid: string): void {
    clearTimeout(timers.get(uid));
    timers.delete(uid);
  }
  function watch(pod: Pod): void {
    const { uid } = pod.metadata;
    const { activeDeadlineSeconds } = pod.spec;
    forget(uid);
    if (activeDeadlineSeconds === undefined || !pod.status?.startTime) return;
    const left = Date.parse(pod.status.startTime) + activeDeadlineSeconds * 1000 - Date.now();
    const due = (): void => (left > longestTimerMilliseconds ? watch(pod) : exceeded(pod));
    timers.set(uid, setTimeout(due, Math.min(Math.max(left, 0), longestTimerMilliseconds)));
  }
  return {
    watch,
    forget,
    [Symbol.dispose]() {
      for (const uid of timers.keys()) forget(uid);
    },
  };
}
