import type { Diagnosis } from '../diagnosis.js';
import type { KubernetesEvent } from '../event.js';
import type { Job } from '../job.js';
import { hasEnded } from '../pod.js';
import type { Pod } from '../pod.js';
import { ageSeconds, condition, newest } from './scene.js';

/** A Job that nobody has looked at for so long is left alone. */
const silenceSeconds = 30;
const again = 'Start the experiment again; somebody deleted its Job, with kubectl or another tool.';

/** True when the Job is complete, or its success is decided. */
export function hasSucceeded(job: Job): boolean {
  return condition(job, 'Complete') !== undefined || condition(job, 'SuccessCriteriaMet') !== undefined;
}

/** A Job that was told to go while its pods still end. */
export function deleted({ name, deletedAt }: Job): Diagnosis | undefined {
  if (deletedAt === undefined) return undefined;
  return {
    code: 'JOB_DELETED_OUTSIDE',
    message: `The Job ${name} is being deleted; its pods are ending.`,
    hint: again,
    evidence: [`Job ${name}: deletionTimestamp is ${deletedAt}`],
    since: deletedAt,
  };
}

/** A Job that is gone, by the pods and Events that it left behind. A Job that completed before it went is no loss. */
export function vanished(pods: readonly Pod[], jobEvents: readonly KubernetesEvent[]): Diagnosis | undefined {
  if (newest(jobEvents, 'Completed')) return undefined;
  const name = pods.find(({ jobName }) => jobName !== undefined)?.jobName ?? jobEvents[0]?.about.name;
  if (name === undefined && pods.length === 0) return undefined;
  if (pods.length > 0 && pods.every(({ phase }) => phase === 'SUCCEEDED')) return undefined;
  const left = pods.filter((pod) => !hasEnded(pod));
  const ending = left.filter(({ deletedAt }) => deletedAt !== undefined).length;
  const rest = left.length - ending;
  const what =
    left.length === 0
      ? 'none of its pods runs any more'
      : rest === 0
        ? `${count(ending)} still ending`
        : `${count(rest)} left to ${rest === 1 ? 'itself' : 'themselves'}`;
  return {
    code: 'JOB_DELETED_OUTSIDE',
    message: `The Job${name === undefined ? '' : ` ${name}`} was deleted; ${what}.`,
    hint: rest > 0 ? `${again} Delete the pods that are left.` : again,
    evidence: [`There is no Job${name === undefined ? '' : ` ${name}`} any more, but pods or Events that name it`],
  };
}

function count(pods: number): string {
  return pods === 1 ? '1 pod is' : `${pods} pods are`;
}

/** A Job that makes no pods because it is told so. */
export function suspended(job: Job): Diagnosis | undefined {
  const { name, suspended: isSuspended, paused, parallelism } = job;
  if (!isSuspended && parallelism > 0) return undefined;
  const at = condition(job, 'Suspended')?.at;
  return {
    code: 'SUSPENDED',
    ...wordsOf({ name, isSuspended, isPaused: paused === true }),
    evidence: [`Job ${name}: spec.${isSuspended ? 'suspend is true' : 'parallelism is 0'}`],
    ...(isSuspended && at !== undefined && { since: at }),
  };
}

function wordsOf({ name, isSuspended, isPaused }: { name: string; isSuspended: boolean; isPaused: boolean }) {
  if (!isSuspended) {
    const message = `The Job ${name} has parallelism 0: it makes no pods until that is raised.`;
    return { message, hint: 'Raise spec.parallelism.' };
  }
  if (isPaused) {
    const message = `The Job ${name} is suspended because its experiment is paused: it makes no pods until that is resumed.`;
    return { message, hint: 'Resume the experiment: glados resume.' };
  }
  const message = `The Job ${name} is suspended: it makes no pods until it is resumed.`;
  return { message, hint: 'Resume it (spec.suspend: false).' };
}

/** A Job that nobody takes up: no status, no pods, no Events. kubectl prints Running for it. */
export function unattended(
  job: Job,
  pods: readonly Pod[],
  jobEvents: readonly KubernetesEvent[],
  now: number,
): Diagnosis | undefined {
  const isUntouched = job.startedAt === undefined && job.conditions.length === 0 && job.active === 0;
  if (!isUntouched || pods.length > 0 || jobEvents.length > 0) return undefined;
  if (ageSeconds(now, job.createdAt) < silenceSeconds) return undefined;
  const { name, managedBy } = job;
  const whom = managedBy ?? "the cluster's own Job controller";
  return {
    code: 'UNKNOWN',
    message: `The Job ${name} has not begun, and nothing says why: ${whom} has not looked at it.`,
    hint:
      managedBy === undefined ? 'Check that the controller manager runs.' : `Start ${managedBy}, or remove managedBy.`,
    evidence: [`Job ${name}: status is empty, no pods, no Events; spec.managedBy is ${managedBy ?? 'not set'}`],
    since: job.createdAt,
  };
}
