import type { Diagnosis } from '../model/diagnosis.js';
import { endedTrials, isFinished, type Experiment } from '../model/experiment.js';
import type { Job } from '../model/job.js';
import type { Pod } from '../model/pod.js';
import { afterJobGone } from '../model/transitions.js';
import { ClusterError } from '../cluster/cluster-error.js';
import { jobName } from '../cluster/job-template.js';
import type { Pods } from '../cluster/pods.js';
import type { Claims } from '../store/claims.js';
import type { Deletions } from '../store/deletions.js';
import type { Experiments } from '../store/experiments.js';
import type { Trials } from '../store/trials.js';
import type { LiveStore } from '../stream/live-store.js';
import { beingDeleted, clusterSilence, isNamespaceEnding, jobFailed, refusal } from './cluster-says.js';
import { createJobMaker, type JobMakerNeeds } from './job-maker.js';
import { createLeftovers, endOrphans, podsOf } from './leftovers.js';
import { takeBackLostClaims } from './lost-claims.js';
import type { Outcome, Reconcile } from './reconciler.js';

export interface ExperimentReconcilerNeeds extends JobMakerNeeds {
  readonly experiments: Experiments;
  readonly trials: Trials;
  readonly claims: Claims;
  readonly deletions: Deletions;
  readonly pods: Pods;
  readonly liveJobs: LiveStore<Job>;
  readonly livePods: LiveStore<Pod>;
  readonly now: () => number;
}

/** How often an experiment that goes on is looked at without any event: what events missed is found then. */
const resyncMs = 30_000;
/** How soon again after a step that other controllers have to finish. */
const soonMs = 500;

/**
 * Keeps one Job for every experiment that is not finished, and none for one
 * that is cancelled. A Job that failed or ended while trials are left is made
 * again as long as trials end in its life: one trial that takes its pods down
 * must not cost the others. One in whose life none ended ends the experiment.
 *
 * What the cluster says against a step is written on the experiment.
 */
export function createExperimentReconciler(needs: ExperimentReconcilerNeeds): Reconcile {
  const ensureJob = createJobMaker(needs);
  const afterEnd = createLeftovers(needs);

  async function goOn(experiment: Experiment, job: Job | undefined): Promise<Outcome> {
    if (job?.deletedAt !== undefined) {
      await tell(experiment, beingDeleted(job));
      await takeBackLostClaims(needs, experiment.id);
      return { after: soonMs };
    }
    if (job && job.retries < (experiment.retries ?? 0)) {
      // Of before it ended: what that Job says is no word about the trials that run again.
      await needs.jobs.delete(job.name, { propagation: 'Background' });
      return { after: soonMs };
    }
    const failed = job?.conditions.find((condition) => condition.type === 'Failed' && condition.status === 'True');
    if (job && failed && endedTrials(experiment.counts) <= job.endedTrialsBefore) {
      await needs.claims.failByJob(experiment.id, jobFailed(job, failed), iso(needs.now()));
      return {};
    }
    if (job?.paused && job.finishedAt === undefined) return unpause(job);
    if (job?.finishedAt !== undefined) {
      await needs.jobs.delete(job.name, { propagation: 'Background' });
      return { after: soonMs };
    }
    try {
      const settled = await ensureJob(experiment, job);
      await tell(experiment, job?.diagnosis);
      await endOrphans(needs, experiment.id);
      return { after: settled ? resyncMs : soonMs };
    } catch (error) {
      // Kubernetes ends the pods of a namespace first, and a Job holds on to pods that it cannot replace: neither would end.
      if (job && isNamespaceEnding(error)) await needs.jobs.delete(job.name, { propagation: 'Background' });
      throw error;
    } finally {
      // Also while the Job cannot be made: what no pod runs does not run.
      await takeBackLostClaims(needs, experiment.id);
    }
  }

  async function tell(experiment: Experiment, diagnosis: Diagnosis | undefined): Promise<void> {
    if (experiment.diagnosis?.message === diagnosis?.message) return;
    await needs.experiments.update(experiment.id, (current) => {
      if (isFinished(current)) return current;
      const { diagnosis: _old, ...rest } = current;
      return diagnosis ? { ...rest, diagnosis } : rest;
    });
  }

  /** Without pods. A queue of jobs suspends and resumes them by its own rules: a Job in one is deleted, and made again. */
  async function pause(experiment: Experiment, job: Job | undefined): Promise<Outcome> {
    if (job && job.deletedAt === undefined && job.finishedAt === undefined && !job.paused) {
      if (needs.jobSettings.queueName === undefined) await needs.jobs.pause(job.name, true);
      else await needs.jobs.delete(job.name, { propagation: 'Background' });
    }
    await tell(experiment, undefined);
    await endOrphans(needs, experiment.id);
    await takeBackLostClaims(needs, experiment.id);
    return { after: podsOf(needs, experiment.id).length > 0 ? soonMs : resyncMs };
  }

  /** A Job some of whose pods have ended for good would come back with fewer: it is made anew. */
  async function unpause(job: Job): Promise<Outcome> {
    if (job.succeeded > 0 || job.failed > 0) await needs.jobs.delete(job.name, { propagation: 'Background' });
    else await needs.jobs.pause(job.name, false);
    return { after: soonMs };
  }

  /** Of a deleted experiment, pods first: they may still write. Jobs of unknown experiments are left alone, they may be another installation's. */
  async function erase(id: string, job: Job | undefined): Promise<Outcome> {
    if (job && job.deletedAt === undefined) await needs.jobs.delete(job.name, { propagation: 'Background' });
    await endOrphans(needs, id);
    if (job || podsOf(needs, id).length > 0 || (await needs.jobs.get(jobName(id)))) return { after: soonMs };
    await needs.jobs.deleteSecret(jobName(id));
    await needs.deletions.purge(id);
    return {};
  }

  async function stop(experiment: Experiment, job: Job | undefined): Promise<Outcome> {
    if (job && job.deletedAt === undefined) await needs.jobs.delete(job.name, { propagation: 'Background' });
    await endOrphans(needs, experiment.id);
    const pods = podsOf(needs, experiment.id);
    // Pods that cannot end, as on a node that is lost, keep it from its end.
    await tell(experiment, pods.find((pod) => pod.deletedAt !== undefined && pod.diagnosis)?.diagnosis);
    if (job || pods.length > 0 || (await needs.jobs.get(jobName(experiment.id)))) return { after: soonMs };
    // One that was made before its Job was belongs to nobody, and goes with nothing.
    await needs.jobs.deleteSecret(jobName(experiment.id));
    await needs.experiments.update(experiment.id, (current) => afterJobGone(current, iso(needs.now())));
    return {};
  }

  return async (id) => {
    const experiment = await needs.experiments.get(id);
    if (!experiment && !(await needs.deletions.isPending(id))) return {};
    const silence = clusterSilence([needs.liveJobs.freshness, needs.livePods.freshness], needs.now());
    if (silence && experiment) await tell(experiment, silence);
    if (silence || !needs.liveJobs.synced || !needs.livePods.synced) return { after: soonMs };
    const job = [...needs.liveJobs.values()].find((candidate) => candidate.experimentId === id);
    if (!experiment) return erase(id, job);
    if (isFinished(experiment)) return afterEnd(experiment, job);
    try {
      if (experiment.phase === 'CANCELLING') return await stop(experiment, job);
      if (experiment.phase === 'PAUSED') return await pause(experiment, job);
      return await goOn(experiment, job);
    } catch (error) {
      if (error instanceof ClusterError) await tell(experiment, refusal(error, iso(needs.now())));
      throw error;
    }
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
