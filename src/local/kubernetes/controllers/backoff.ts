import type { Pod } from '../node/pod.js';

const firstDelayMilliseconds = 10_000;
const longestDelayMilliseconds = 360_000;

/** How often a Job's pods failed since one last succeeded, and when that was. */
export interface FailureRecord {
  readonly failures: number;
  readonly lastFailure: number;
}

export const noFailures: FailureRecord = { failures: 0, lastFailure: 0 };

/** The record after pods that ended since it was written. */
export function recordEnds(before: FailureRecord, succeeded: readonly Pod[], failed: readonly Pod[]): FailureRecord {
  const lastSuccess = Math.max(...succeeded.map(finishTime), Number.NEGATIVE_INFINITY);
  const counted = failed.map(finishTime).filter((time) => time > lastSuccess);
  const start = succeeded.length > 0 ? noFailures : before;
  if (counted.length === 0) return start;
  return { failures: start.failures + counted.length, lastFailure: Math.max(...counted) };
}

/** Milliseconds until a replacement may be created: 10 s after the first failure, doubling, 6 min at most. */
export function remainingDelay({ failures, lastFailure }: FailureRecord): number {
  if (failures === 0) return 0;
  const delay = Math.min(firstDelayMilliseconds * 2 ** (failures - 1), longestDelayMilliseconds);
  const passed = Date.now() - lastFailure;
  // A failure that is still to come: the clock was set back, and nobody can say how long ago it was.
  return passed < 0 ? 0 : Math.max(0, delay - passed);
}

/** When a pod ended: its last container, or when it stopped being ready, or when it was deleted. */
export function finishTime(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? []).map(({ state }) => Date.parse(state.terminated?.finishedAt ?? ''));
  if (ends.length > 0 && !ends.some(Number.isNaN)) return Math.max(...ends);
  const notReady = pod.status?.conditions?.find(({ type, status }) => type === 'Ready' && status === 'False');
  if (notReady) return Date.parse(notReady.lastTransitionTime);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  if (deletionTimestamp) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp);
}
