import { timestamp } from '../node/pod.js';
import type { Pod } from '../node/pod.js';
import type { KubernetesObject, ObjectStore } from '../objects.js';
import { noFailures } from './backoff.js';
import type { FailureRecord } from './backoff.js';
import { releaseFinalizer } from './deletion.js';
import { lookAtJob } from './job-look.js';
import type { JobLook } from './job-look.js';
import { deletePods, happened } from './job-pods.js';
import { scalePods } from './job-scale.js';
import { trackPods, withJobCondition } from './job-tracking.js';
import { activeTimeLeft, newCondition, verdictOn } from './job-verdict.js';
import { isFinished, isTracked, trackingFinalizer } from './job.js';
import type { Job } from './job.js';
import { createKeyQueue } from './key-queue.js';
import type { RecordEvent } from './record-event.js';

const ownController = 'kubernetes.io/job-controller';
/** After a pod was refused: doubling, as the real controller's queue does. */
const firstRetryMilliseconds = 1000;
const longestRetryMilliseconds = 60_000;
/** Before the key of a pod that no Job owns. */
const stray = 'stray:';

/**
 * Runs Jobs as batch/v1 does on Kubernetes 1.36: looks at a Job whenever it or
 * one of its pods changed, and takes the next step.
 *
 * Back-off records are kept in memory only, as in the real controller: after a
 * restart the first replacement comes without delay.
 *
 * @see k8s.io/kubernetes/pkg/controller/job, syncJob; the order of decisions is its order
 */
export function startJobController(store: ObjectStore, recordEvent: RecordEvent): Disposable {
  const failures = new Map<string, FailureRecord>();
  const refusals = new Map<string, number>();
  const queue = createKeyQueue((key) => (key.startsWith(stray) ? releaseStray(store, key) : look(key)));

  function look(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const job = store.get('jobs', namespace, name) as Job | undefined;
    const pods = (store.list('pods', namespace) as Pod[]).filter((pod) => ownerKey(pod) === key);
    releaseOrphans(store, job, pods);
    if (!job || isFinished(job)) {
      failures.delete(key);
      refusals.delete(key);
      return;
    }
    if (job.spec.managedBy !== undefined && job.spec.managedBy !== ownController) return;
    const mine = pods.filter((pod) => ownerOf(pod)?.uid === job.metadata.uid);
    const found = lookAtJob(store, recordEvent, job, mine, failures.get(key) ?? noFailures);
    const again = takeStep(found);
    if (trackPods(found)) failures.set(key, found.failures);
    if (found.refused) retryLater(key);
    else refusals.delete(key);
    if (again !== undefined) queue.addAfter(key, again);
    const left = activeTimeLeft({ ...job, status: found.status });
    if (left < Number.POSITIVE_INFINITY && !found.verdict) queue.addAfter(key, left);
  }

  function retryLater(key: string): void {
    const count = refusals.get(key) ?? 0;
    refusals.set(key, count + 1);
    queue.addAfter(key, Math.min(firstRetryMilliseconds * 2 ** count, longestRetryMilliseconds));
  }

  function noticed(resource: string, object: KubernetesObject): void {
    if (resource === 'jobs') queue.add(keyOf(object));
    if (resource !== 'pods') return;
    const owner = ownerKey(object as Pod);
    if (owner) queue.add(owner);
    else if (isTracked(object as Pod)) queue.add(stray + keyOf(object));
  }

  for (const job of store.list('jobs')) noticed('jobs', job);
  for (const pod of store.list('pods')) noticed('pods', pod);
  const stopListening = store.onChange(({ resource, object }) => noticed(resource, object));
  return {
    [Symbol.dispose]() {
      stopListening();
      queue[Symbol.dispose]();
    },
  };
}

const keyOf = ({ metadata }: KubernetesObject): string => `${metadata.namespace}/${metadata.name}`;

const ownerOf = (pod: Pod) =>
  pod.metadata.ownerReferences?.find(({ controller, kind }) => controller && kind === 'Job');

function ownerKey(pod: Pod): string | undefined {
  const owner = ownerOf(pod);
  return owner && `${pod.metadata.namespace}/${owner.name}`;
}

/** Pods whose Job is gone or has finished need not wait to be counted. */
function releaseOrphans(store: ObjectStore, job: Job | undefined, pods: readonly Pod[]): void {
  for (const pod of pods) {
    const isCounted = job && ownerOf(pod)?.uid === job.metadata.uid && !isFinished(job);
    if (!isCounted) releaseFinalizer(store, 'pods', pod, trackingFinalizer);
  }
}

/** A pod that was orphaned: nobody will count it. */
function releaseStray(store: ObjectStore, key: string): void {
  const [namespace, name = ''] = key.slice(stray.length).split('/');
  const pod = store.get('pods', namespace, name) as Pod | undefined;
  if (pod && !ownerOf(pod)) releaseFinalizer(store, 'pods', pod, trackingFinalizer);
}

/** @returns milliseconds after which to look again */
function takeStep(found: JobLook): number | undefined {
  const { job, status } = found;
  if (status.startTime === undefined && !job.spec.suspend) status.startTime = timestamp();
  found.verdict = verdictOn(found);
  if (found.verdict) {
    deletePods(found, found.activePods, true);
    return undefined;
  }
  const isDeleted = job.metadata.deletionTimestamp !== undefined;
  const again = isDeleted ? undefined : scalePods(found);
  const { completions } = job.spec;
  const isComplete = completions === undefined ? found.succeeded > 0 : found.succeeded >= completions;
  if (isComplete && found.active === 0) {
    found.verdict = newCondition(
      'SuccessCriteriaMet',
      'CompletionsReached',
      'Reached expected number of succeeded pods',
    );
  } else if (!isDeleted) {
    tellSuspension(found);
  }
  return again;
}

function tellSuspension(found: JobLook): void {
  const { job, status } = found;
  const condition = job.spec.suspend
    ? newCondition('Suspended', 'JobSuspended', 'Job suspended')
    : newCondition('Suspended', 'JobResumed', 'Job resumed', 'False');
  const before = status.conditions;
  const after = withJobCondition(before, condition);
  if (after === before || (before === undefined && after.length === 0)) return;
  status.conditions = after;
  if (job.spec.suspend) {
    delete status.startTime;
    happened(found, 'Normal', 'Suspended', 'Job suspended');
  } else {
    status.startTime = timestamp();
    happened(found, 'Normal', 'Resumed', 'Job resumed');
  }
}
