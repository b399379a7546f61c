import { ClusterError } from '../cluster/cluster-error.js';
import type { Freshness } from '../model/change.js';
import type { Diagnosis } from '../model/diagnosis.js';
import type { Condition, Job } from '../model/job.js';

/** For so long a source may be silent before it is said: a watch that is opened anew is no outage. */
const silenceMs = 2000;

/** The diagnosis of a cluster that has been silent for a while; none while it is heard. `now`: ms since the epoch. */
export function clusterSilence(sources: readonly Freshness[], now: number): Diagnosis | undefined {
  const silent = sources.find(({ staleSince }) => staleSince !== undefined && now - staleSince > silenceMs);
  return silent && unreachable(silent.reason ?? 'no answer', new Date(silent.staleSince ?? now).toISOString());
}

/** What the cluster said against a step of an experiment. `since`: RFC 3339. */
export function refusal(error: ClusterError, since: string): Diagnosis {
  if (error.status === undefined) return unreachable(error.message, since);
  return {
    code: 'JOB_REFUSED',
    message: `Kubernetes refused the Job: ${error.message}`,
    hint: isNamespaceEnding(error)
      ? 'Make the namespace and the Role in it again: the experiment then goes on by itself.'
      : 'It is tried again until Kubernetes takes it or the experiment is cancelled.',
    evidence: [`HTTP ${error.status} ${error.reason ?? ''}`.trim()],
    since,
  };
}

/** True for the answer to who creates something in a namespace that is being deleted. */
export function isNamespaceEnding(error: unknown): boolean {
  const causes = error instanceof ClusterError ? (error.details?.causes ?? []) : [];
  return causes.some(({ reason }) => reason === 'NamespaceTerminating');
}

/** Why an experiment ended with its Job: what is known of its pods, else what the Job says. */
export function jobFailed({ diagnosis }: Job, { reason, message, at }: Condition): Diagnosis {
  const why = diagnosis?.message ?? `${message ?? reason ?? 'Kubernetes gives no reason'}.`;
  return {
    code: 'JOB_FAILED',
    message: `The Job failed before all trials had run: ${why}`,
    hint: diagnosis?.hint ?? 'Look at the logs of its pods: the runner says there why it stopped.',
    evidence: diagnosis?.evidence ?? [`Job condition Failed, reason ${reason ?? 'none'}`],
    ...(at === undefined ? {} : { since: at }),
  };
}

/** Of a Job that somebody told to go: the experiment outlives it. */
export function beingDeleted({ diagnosis }: Job): Diagnosis | undefined {
  if (diagnosis?.code !== 'JOB_DELETED_OUTSIDE') return diagnosis;
  return { ...diagnosis, hint: 'It is made again as soon as they have ended.' };
}

function unreachable(evidence: string, since: string): Diagnosis {
  const message = 'The cluster cannot be reached; the experiment goes on as soon as it answers.';
  return { code: 'CLUSTER_UNREACHABLE', message, evidence: [evidence], since };
}
