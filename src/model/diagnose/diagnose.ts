import type { Diagnosis } from '../diagnosis.js';
import type { KubernetesEvent } from '../event.js';
import type { Job } from '../job.js';
import type { Pod } from '../pod.js';
import { aggregate } from './aggregate.js';
import { currentFindings } from './attempts.js';
import { failedBefore, failedJob } from './job-end.js';
import { deleted, hasSucceeded, suspended, unattended, vanished } from './job-state.js';
import { refused } from './refused.js';
import { inOrder, scenesOf } from './scene.js';

export interface Observed {
  /** Absent when there is none (any more). */
  readonly job?: Job | undefined;
  /** Of this Job, also those that ended; those of an earlier Job of the same name do no harm. */
  readonly pods: readonly Pod[];
  /** Of the Job and of its pods, also of pods that are gone; others do no harm. */
  readonly events: readonly KubernetesEvent[];
  /** Milliseconds since 1970; only ages depend on it. */
  readonly now: number;
}

/**
 * Why a Job or its pods wait or failed, and what to do about it; undefined when nothing is wrong.
 *
 * The rules, in order; the first that answers counts:
 * 1. a Job that succeeded, or is about to, is well, whatever happened on the way;
 * 2. a failed Job: the cause of its pods where it is one and no ordinary exit, else what the Job says;
 * 3. a Job that is deleted, gone or suspended explains why its pods end;
 * 4. a Job that nobody takes up;
 * 5. pods that cannot be created;
 * 6. what the pods suffer from now: why the others wait when some run.
 *
 * Pure, never throws, and the order of pods and Events does not matter.
 */
export function diagnose({ job, pods, events, now }: Observed): Diagnosis | undefined {
  const ownPods = job ? pods.filter(({ jobId = job.id }) => jobId === job.id || job.id === '') : pods;
  const scenes = scenesOf(ownPods, events, now);
  const sorted = scenes.map(({ pod }) => pod);
  const jobEvents = inOrder(events.filter(({ about }) => about.kind === 'Job'));
  if (!job) return withoutJob(sorted, jobEvents, () => aggregate(currentFindings(scenes, undefined), scenes.length));
  if (hasSucceeded(job)) return undefined;
  const own = jobEvents.filter(({ about }) => about.uid === undefined || about.uid === job.id);
  return (
    failedJob(job, scenes) ??
    deleted(job) ??
    suspended(job) ??
    unattended(job, sorted, own, now) ??
    refused(job, sorted, own) ??
    aggregate(currentFindings(scenes, job), scenes.length)
  );
}

/** The same about one pod, whatever its Job says. */
export function diagnosePod(pod: Pod, events: readonly KubernetesEvent[], now: number): Diagnosis | undefined {
  return aggregate(currentFindings(scenesOf([pod], events, now), undefined), 1);
}

/** Pods that never had a Job are spoken of as they are. */
function withoutJob(
  pods: readonly Pod[],
  jobEvents: readonly KubernetesEvent[],
  asTheyAre: () => Diagnosis | undefined,
): Diagnosis | undefined {
  const hadJob = pods.some(({ jobId, jobName }) => jobId !== undefined || jobName !== undefined);
  if (pods.length > 0 && !hadJob) return asTheyAre();
  const uids = new Set(pods.map(({ jobId }) => jobId));
  const own = jobEvents.filter(({ about: { uid } }) => uids.size === 0 || uids.has(undefined) || uids.has(uid));
  return failedBefore(own) ?? vanished(pods, own);
}
