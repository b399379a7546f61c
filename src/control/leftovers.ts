import { jobName } from '../cluster/job-template.js';
import type { Jobs } from '../cluster/jobs.js';
import type { Pods } from '../cluster/pods.js';
import type { Experiment } from '../model/experiment.js';
import type { Job } from '../model/job.js';
import type { Pod } from '../model/pod.js';
import type { LiveStore } from '../stream/live-store.js';
import type { Outcome } from './reconciler.js';

interface LeftoversNeeds {
  readonly jobs: Jobs;
  readonly pods: Pods;
  readonly livePods: LiveStore<Pod>;
  readonly now: () => number;
}

/** How long the Job of an experiment that has ended may wait for pods that have not begun. */
const patienceMs = 30_000;

export function podsOf({ livePods }: Pick<LeftoversNeeds, 'livePods'>, experimentId: string): Pod[] {
  return [...livePods.values()].filter((pod) => pod.experimentId === experimentId);
}

/**
 * Ends pods whose Job was deleted without them (propagation `Orphan`): no Job
 * counts them any more, and nobody else would ever delete them.
 *
 * @returns how many there are, ending ones too
 */
export async function endOrphans(needs: LeftoversNeeds, experimentId: string): Promise<number> {
  const orphans = podsOf(needs, experimentId).filter((pod) => pod.jobId === undefined && pod.jobName !== undefined);
  for (const pod of orphans) if (pod.deletedAt === undefined) await needs.pods.delete(pod);
  return orphans.length;
}

/**
 * Sees to it that nothing of an experiment that has ended is left behind. Its
 * Job, ended, stays to be looked at until its time is over, and takes Secret and
 * pods along; here is done what that does not do:
 *
 * - pods without a Job, and their Secret, are deleted;
 * - a Job that waits for pods that cannot begin would wait for ever: it is deleted.
 */
export function createLeftovers(needs: LeftoversNeeds) {
  /** Experiments that ended while they had a Job, whose Secret may have lost its owner with it, and since when that is known here. */
  const withJob = new Map<string, number>();

  return async function afterEnd({ id, finishedAt }: Experiment, job: Job | undefined): Promise<Outcome> {
    const orphans = await endOrphans(needs, id);
    if (!job) {
      if (orphans > 0 || withJob.has(id)) await needs.jobs.deleteSecret(jobName(id));
      withJob.delete(id);
      return {};
    }
    const since = withJob.get(id) ?? performance.now();
    withJob.set(id, since);
    if (job.finishedAt !== undefined || job.deletedAt !== undefined) return {};
    const sinceEnd = needs.now() - Date.parse(finishedAt ?? '');
    // By what is known here as well: the clock that wrote the end may have been ahead, or this one set back since.
    const wait = patienceMs - Math.max(sinceEnd, performance.now() - since);
    if (wait > 0) return { after: wait };
    if (podsOf(needs, id).some(({ phase }) => phase === 'RUNNING')) return { after: patienceMs };
    await needs.jobs.delete(job.name, { propagation: 'Background' });
    return {};
  };
}
