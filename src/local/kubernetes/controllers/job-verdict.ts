import { timestamp } from '../node/pod.js';
import { judgeFailure } from './failure-policy.js';
import { parseIndexes } from './index-set.js';
import type { JobLook } from './job-look.js';
import { conditionOf, hasFailed } from './job.js';
import type { Job, JobCondition } from './job.js';

export function newCondition(
  type: JobCondition['type'],
  reason: string,
  message: string,
  status: JobCondition['status'] = 'True',
): JobCondition {
  const now = timestamp();
  return { type, status, lastProbeTime: now, lastTransitionTime: now, reason, message };
}

/**
 * Whether the Job is to end, other than by all its completions: what was
 * decided before stands; then the failures, in the real controller's order;
 * then the success policy.
 *
 * @see k8s.io/kubernetes/pkg/controller/job, syncJob
 */
export function verdictOn(look: JobLook): JobCondition | undefined {
  const { job } = look;
  const met = conditionOf(job, 'SuccessCriteriaMet');
  if (met) return met;
  const target = conditionOf(job, 'FailureTarget');
  if (target) return newCondition('Failed', target.reason, target.message);
  const failed = failure(look);
  if (failed) return newCondition('FailureTarget', failed.reason, failed.message);
  return successByPolicy(look);
}

function failure(look: JobLook): { readonly reason: string; readonly message: string } | undefined {
  const { job, pods, indexes } = look;
  const { spec } = job;
  const message = pods
    .filter((pod) => hasFailed(pod, job))
    .map((pod) => judgeFailure(job, pod).jobMessage)
    .find((text) => text !== undefined);
  if (message !== undefined) return { reason: 'PodFailurePolicy', message };
  if (look.failed > (spec.backoffLimit ?? 6) || restartedTooOften(look)) {
    return { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  if (activeTimeLeft(job) <= 0) {
    return { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  if (!indexes?.failed) return undefined;
  if (spec.maxFailedIndexes !== undefined && indexes.failed.size > spec.maxFailedIndexes) {
    const text = 'Job has exceeded the specified maximal number of failed indexes';
    return { reason: 'MaxFailedIndexesExceeded', message: text };
  }
  const allDone = indexes.failed.size + indexes.succeeded.size >= (spec.completions ?? 0);
  return indexes.failed.size > 0 && allDone
    ? { reason: 'FailedIndexes', message: 'Job has failed indexes' }
    : undefined;
}

/** Containers that a pod restarts by itself count too. */
function restartedTooOften({ job, pods }: JobLook): boolean {
  if (job.spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const restarts = pods
    .filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending')
    .flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  const limit = job.spec.backoffLimit ?? 6;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** Milliseconds until activeDeadlineSeconds are over; infinite while there is no deadline or the Job is suspended. */
export function activeTimeLeft({ spec, status }: Job): number {
  if (spec.activeDeadlineSeconds === undefined || spec.suspend || !status?.startTime) return Number.POSITIVE_INFINITY;
  return Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000 - Date.now();
}

function successByPolicy({ job, indexes }: JobLook): JobCondition | undefined {
  const rules = job.spec.successPolicy?.rules ?? [];
  if (!indexes || indexes.succeeded.size === 0) return undefined;
  const matched = rules.findIndex(({ succeededIndexes, succeededCount = Number.POSITIVE_INFINITY }) => {
    if (succeededIndexes === undefined) return indexes.succeeded.size >= succeededCount;
    const wanted = parseIndexes(succeededIndexes, job.spec.completions);
    const common = wanted.overlap(indexes.succeeded);
    return wanted.size > 0 && (common === wanted.size || common >= succeededCount);
  });
  if (matched < 0) return undefined;
  return newCondition('SuccessCriteriaMet', 'SuccessPolicy', `Matched rules at index ${matched}`);
}
