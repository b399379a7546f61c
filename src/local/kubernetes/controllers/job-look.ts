import type { ObjectStore } from '../objects.js';
import { isTerminal } from '../node/pod.js';
import type { Pod } from '../node/pod.js';
import { recordEnds } from './backoff.js';
import type { FailureRecord } from './backoff.js';
import { judgeFailure } from './failure-policy.js';
import { parseIndexes } from './index-set.js';
import type { IndexSet } from './index-set.js';
import { hasFailed, indexFailureKey, indexIgnoredFailureKey, indexOf, isIndexed, isReady, isTracked } from './job.js';
import type { Job, JobCondition, JobStatus } from './job.js';
import { finishTime } from './backoff.js';
import type { RecordEvent } from './record-event.js';

/** What one look at a Job found. `status`, `active`, `ready`, `terminating` and `verdict` change as the look goes on. */
export interface JobLook {
  readonly store: ObjectStore;
  readonly recordEvent: RecordEvent;
  readonly job: Job;
  readonly status: JobStatus;
  readonly pods: readonly Pod[];
  readonly activePods: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
  readonly failures: FailureRecord;
  /** Set when a pod was refused: to be tried again, later each time. */
  refused?: boolean;
  /** Of Indexed Jobs only. */
  readonly indexes?: JobIndexes;
  active: number;
  ready: number;
  terminating: number;
  /** How the Job ends, when it does. */
  verdict?: JobCondition | undefined;
}

export interface JobIndexes {
  /** As the status says. */
  readonly counted: IndexSet;
  /** With those that pods succeeded in since. */
  readonly succeeded: IndexSet;
  /** Only with backoffLimitPerIndex. */
  readonly failed?: IndexSet;
  /** The last failed pod of an index that waits for its replacement, which takes over its failure count. */
  readonly waiting: ReadonlyMap<number, Pod>;
}

export function lookAtJob(
  store: ObjectStore,
  recordEvent: RecordEvent,
  job: Job,
  pods: readonly Pod[],
  before: FailureRecord,
): JobLook {
  const status: JobStatus = structuredClone(job.status ?? {});
  const uncounted = (status.uncountedTerminatedPods ??= {});
  const activePods = pods.filter((pod) => !isTerminal(pod) && pod.metadata.deletionTimestamp === undefined);
  const fresh = (ended: (pod: Pod) => boolean, known: readonly string[] | undefined): Pod[] =>
    pods.filter((pod) => isTracked(pod) && !known?.includes(pod.metadata.uid) && inRange(job, pod) && ended(pod));
  const newSucceeded = fresh((pod) => pod.status?.phase === 'Succeeded', uncounted.succeeded);
  const newFailed = fresh((pod) => hasFailed(pod, job), uncounted.failed);
  const indexes = isIndexed(job) ? lookAtIndexes(job, pods, activePods) : undefined;
  return {
    store,
    recordEvent,
    job,
    status,
    pods,
    activePods,
    succeeded:
      indexes?.succeeded.size ?? (status.succeeded ?? 0) + newSucceeded.length + (uncounted.succeeded?.length ?? 0),
    failed:
      (status.failed ?? 0) +
      newFailed.filter((pod) => judgeFailure(job, pod).counts).length +
      (uncounted.failed?.length ?? 0),
    failures: recordEnds(before, newSucceeded, newFailed),
    ...(indexes && { indexes }),
    active: activePods.length,
    ready: activePods.filter(isReady).length,
    terminating: pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !isTerminal(pod)).length,
  };
}

/** Whether a pod has a place in the Job: always, unless the Job is Indexed. */
export function inRange(job: Job, pod: Pod): boolean {
  return !isIndexed(job) || (indexOf(pod) ?? Number.POSITIVE_INFINITY) < (job.spec.completions ?? 0);
}

function lookAtIndexes(job: Job, pods: readonly Pod[], activePods: readonly Pod[]): JobIndexes {
  const completions = job.spec.completions ?? 0;
  const newly = (ended: (pod: Pod) => boolean): number[] =>
    pods.filter((pod) => isTracked(pod) && inRange(job, pod) && ended(pod)).map((pod) => indexOf(pod) as number);
  const counted = parseIndexes(job.status?.completedIndexes ?? '', completions);
  const succeeded = counted.with(newly((pod) => pod.status?.phase === 'Succeeded'));
  if (job.spec.backoffLimitPerIndex === undefined) return { counted, succeeded, waiting: new Map() };
  const failedBefore = parseIndexes(job.status?.failedIndexes ?? '', completions);
  const failed = failedBefore.with(newly((pod) => failsItsIndex(job, pod)));
  const activeIndexes = new Set(activePods.map(indexOf));
  const waiting = new Map<number, Pod>();
  for (const pod of pods) {
    const index = indexOf(pod);
    if (index === undefined || !isTracked(pod) || !inRange(job, pod) || !hasFailed(pod, job)) continue;
    if (succeeded.has(index) || failed.has(index) || activeIndexes.has(index)) continue;
    const other = waiting.get(index);
    const isLater = !other || (failuresOf(other).all <= failuresOf(pod).all && finishTime(pod) >= finishTime(other));
    if (isLater) waiting.set(index, pod);
  }
  return { counted, succeeded, failed, waiting };
}

function failsItsIndex(job: Job, pod: Pod): boolean {
  if (!hasFailed(pod, job)) return false;
  const { action, counts } = judgeFailure(job, pod);
  return action === 'FailIndex' || (counts && failuresOf(pod).counted >= (job.spec.backoffLimitPerIndex ?? 0));
}

/** How often an index had failed when this pod was created. */
export function failuresOf({ metadata }: Pod): {
  readonly counted: number;
  readonly ignored: number;
  readonly all: number;
} {
  const read = (key: string): number => Math.max(0, Number.parseInt(metadata.annotations?.[key] ?? '0', 10) || 0);
  const counted = read(indexFailureKey);
  const ignored = read(indexIgnoredFailureKey);
  return { counted, ignored, all: counted + ignored };
}
