import { timestamp } from '../node/pod.js';
import type { Pod } from '../node/pod.js';
import { releaseFinalizer } from './deletion.js';
import { judgeFailure } from './failure-policy.js';
import { happened } from './job-pods.js';
import { inRange } from './job-look.js';
import type { JobLook } from './job-look.js';
import { conditionOf, hasFailed, indexOf, isTracked, trackingFinalizer } from './job.js';
import type { JobCondition, JobStatus } from './job.js';
import { newCondition } from './job-verdict.js';

/**
 * Counts pods that ended, so that each is counted once even when the process
 * is killed in between: first the status names them as uncounted, then their
 * finalizer goes, then the counters grow. Ends the Job when its time has come.
 *
 * @returns whether pods were counted
 */
export function trackPods(look: JobLook): boolean {
  const { job, status, pods } = look;
  const stillTracked = new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid));
  settleUncounted(status, stillTracked);
  const done = pods.filter((pod) => isTracked(pod) && mayBeReleased(look, pod));
  const newIndexes: number[] = [];
  for (const pod of done) note(look, pod, newIndexes);
  if (look.indexes) {
    const succeeded = look.indexes.counted.with(newIndexes);
    status.succeeded = succeeded.size;
    status.completedIndexes = succeeded.toString();
    if (look.indexes.failed) status.failedIndexes = look.indexes.failed.toString();
  }
  const last = lastCondition(look);
  writeStatus(look);

  for (const pod of done) {
    releaseFinalizer(look.store, 'pods', pod, trackingFinalizer);
    stillTracked.delete(pod.metadata.uid);
  }
  settleUncounted(status, stillTracked);
  const uncounted = status.uncountedTerminatedPods;
  const ends = last && look.terminating <= 0 && !uncounted?.succeeded?.length && !uncounted?.failed?.length;
  if (ends) {
    status.conditions = withJobCondition(status.conditions, last);
    if (last.type === 'Complete') status.completionTime = timestamp();
  }
  writeStatus(look);
  if (ends) tellEnd(look, last);
  return done.length > 0 && job.spec.backoffLimitPerIndex === undefined;
}

/** A pod without its finalizer is counted; the others stay listed. */
function settleUncounted(status: JobStatus, stillTracked: ReadonlySet<string>): void {
  const uncounted = (status.uncountedTerminatedPods ??= {});
  for (const outcome of ['succeeded', 'failed'] as const) {
    const listed = uncounted[outcome] ?? [];
    const left = listed.filter((uid) => stillTracked.has(uid));
    status[outcome] = (status[outcome] ?? 0) + listed.length - left.length;
    if (left.length > 0) uncounted[outcome] = left;
    else delete uncounted[outcome];
  }
}

function mayBeReleased({ job, verdict, indexes }: JobLook, pod: Pod): boolean {
  if (job.metadata.deletionTimestamp !== undefined || verdict || pod.status?.phase === 'Succeeded') return true;
  if (!hasFailed(pod, job)) return false;
  const index = indexOf(pod);
  return index === undefined || indexes?.waiting.get(index)?.metadata.uid !== pod.metadata.uid;
}

function note(look: JobLook, pod: Pod, newIndexes: number[]): void {
  const { job, status, indexes, verdict } = look;
  const { uid } = pod.metadata;
  const uncounted = (status.uncountedTerminatedPods ??= {});
  const list = (outcome: 'succeeded' | 'failed'): void => {
    const listed = (uncounted[outcome] ??= []);
    if (!listed.includes(uid)) listed.push(uid);
  };
  if (pod.status?.phase === 'Succeeded' && !uncounted.failed?.includes(uid)) {
    const index = indexOf(pod);
    if (!indexes) list('succeeded');
    else if (index !== undefined && inRange(job, pod)) newIndexes.push(index);
    return;
  }
  // When the Job fails, what still runs of it counts as failed.
  const counts = hasFailed(pod, job) || (verdict && verdict.type !== 'SuccessCriteriaMet');
  if (counts && inRange(job, pod) && judgeFailure(job, pod).counts) list('failed');
}

/** Writes the interim condition of a Job that ends. @returns the last one, which waits until its pods are gone */
function lastCondition(look: JobLook): JobCondition | undefined {
  const { verdict, status, job } = look;
  if (!verdict) return undefined;
  const { reason, message } = verdict;
  if (verdict.type === 'FailureTarget' || (verdict.type === 'SuccessCriteriaMet' && !conditionOf(job, verdict.type))) {
    status.conditions = [...(status.conditions ?? []), verdict];
  }
  return newCondition(verdict.type === 'SuccessCriteriaMet' ? 'Complete' : 'Failed', reason, message);
}

/** Sets a condition; false is not worth writing where there was none. */
export function withJobCondition(conditions: JobCondition[] = [], condition: JobCondition): JobCondition[] {
  const before = conditions.find(({ type }) => type === condition.type);
  if (!before) return condition.status === 'False' ? conditions : [...conditions, condition];
  const isSame =
    before.status === condition.status && before.reason === condition.reason && before.message === condition.message;
  return isSame ? conditions : conditions.map((each) => (each === before ? condition : each));
}

function writeStatus({ store, job, status, active, ready, terminating }: JobLook): void {
  const { namespace, name, uid } = job.metadata;
  if (store.get('jobs', namespace, name)?.metadata.uid !== uid) return;
  const { succeeded, failed, completedIndexes, ...rest } = status;
  store.update('jobs', namespace, name, (current) => ({
    ...current,
    // Zero is left out, as the API leaves it out, except where it says that something was looked at.
    status: {
      ...rest,
      ...(active > 0 ? { active } : { active: undefined }),
      ...(succeeded && { succeeded }),
      ...(failed && { failed }),
      ...(completedIndexes && { completedIndexes }),
      ready,
      terminating,
    },
  }));
}

function tellEnd(look: JobLook, last: JobCondition): void {
  if (last.type === 'Complete') happened(look, 'Normal', 'Completed', 'Job completed');
  else happened(look, 'Warning', last.reason, last.message);
}
