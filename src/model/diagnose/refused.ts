import type { Diagnosis } from '../diagnosis.js';
import type { KubernetesEvent } from '../event.js';
import type { Job } from '../job.js';
import { hasEnded } from '../pod.js';
import type { Pod } from '../pod.js';
import { ofEvent } from './finding.js';
import { newest, quoted, time } from './scene.js';

/** Pods that the API server does not take: Events of the Job are the only evidence, there is no pod and no condition. */
export function refused(job: Job, pods: readonly Pod[], jobEvents: readonly KubernetesEvent[]): Diagnosis | undefined {
  const event = newest(jobEvents, 'FailedCreate');
  if (!event || isHistory(job, pods, jobEvents, event)) return undefined;
  const active = pods.filter((pod) => !hasEnded(pod) && pod.deletedAt === undefined).length;
  const subject = `${wanted(job) - active} of ${wanted(job)} pods cannot be created`;
  const common = { evidence: [ofEvent(event)], ...(event.firstAt !== undefined && { since: event.firstAt }) };
  const said = quoted(event.message.replace(/^Error creating: /, ''));
  const [, quota, figures] = /exceeded quota: ([^,]+), (requested: .*)$/.exec(said) ?? [];
  if (quota !== undefined) {
    return {
      code: 'QUOTA_EXCEEDED',
      message: `${subject}: the quota ${quota} of the namespace is used up (${figures}).`,
      hint: quotaHint(active, figures ?? ''),
      ...common,
    };
  }
  const reason = said.replace(/^pods "[^"]*" is forbidden: /, '');
  return {
    code: 'ADMISSION_DENIED',
    message: /failed calling webhook/.test(said)
      ? `${subject}: a webhook that has to agree does not answer: ${reason}.`
      : `${subject}: a rule of the cluster forbids them: ${reason}.`,
    hint: admissionHint(said),
    ...common,
  };
}

/** All pods that are wanted are there, or one was made since. Times are whole seconds, so a tie tells nothing. */
function isHistory(
  job: Job,
  pods: readonly Pod[],
  jobEvents: readonly KubernetesEvent[],
  event: KubernetesEvent,
): boolean {
  const present = pods.filter((pod) => !hasEnded(pod)).length;
  if (Math.max(job.active, present) >= wanted(job)) return true;
  return time(newest(jobEvents, 'SuccessfulCreate')?.lastAt) > time(event.lastAt);
}

function wanted({ parallelism, completions, succeeded }: Job): number {
  return completions === undefined ? parallelism : Math.min(parallelism, Math.max(0, completions - succeeded));
}

function quotaHint(active: number, figures: string): string {
  const [, used = ''] = /used: (.*?),? limited:/.exec(figures) ?? [];
  const isUnused = used !== '' && used.split(',').every((figure) => figure.endsWith('=0'));
  if (isUnused) return 'Not even one pod fits: ask for less, or have the quota raised; the Job tries again by itself.';
  const lower = active > 0 ? `Lower the parallelism to ${active}` : 'Ask for less';
  return `${lower}, wait until others end, or have the quota raised; the Job tries again by itself.`;
}

function admissionHint(said: string): string {
  if (/PodSecurity/.test(said)) return 'Set the securityContext that the policy asks for; the message lists it.';
  if (/service account/i.test(said)) return 'Create the ServiceAccount, or correct its name.';
  if (/PriorityClass/.test(said)) return 'Create the PriorityClass, or correct its name.';
  if (/RuntimeClass/.test(said)) return 'Create the RuntimeClass, or correct its name.';
  if (/failed calling webhook/.test(said))
    return "A webhook of the cluster does not answer: tell the cluster's operator.";
  if (/webhook/.test(said)) return "Change what the webhook objects to, or ask the cluster's operator.";
  if (/failed quota/.test(said)) return 'State the requests and limits that the quota asks for.';
  if (/(?:maximum|minimum|max|min) .* (?:usage|per)/i.test(said)) return 'Keep to the LimitRange of the namespace.';
  return 'Change what the message objects to; the Job tries again by itself.';
}
