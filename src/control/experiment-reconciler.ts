import type { Freshness } from '../model/change.js';
import type { Diagnosis } from '../model/diagnosis.js';
import { endedTrials, isFinished, type Experiment } from '../model/experiment.js';
import type { Condition, Job } from '../model/job.js';
import type { Pod } from '../model/pod.js';
import { afterJobGone } from '../model/transitions.js';
import { ClusterError } from '../cluster/cluster-error.js';
import { jobName } from '../cluster/job-template.js';
import type { Pods } from '../cluster/pods.js';
import type { Claims } from '../store/claims.js';
import type { Experiments } from '../store/experiments.js';
import type { Trials } from '../store/trials.js';
import type { LiveStore } from '../stream/live-store.js';
import { createJobMaker, type JobMakerNeeds } from './job-maker.js';
import { takeBackLostClaims } from './lost-claims.js';
import type { Outcome, Reconcile } from './reconciler.js';

export interface ExperimentReconcilerNeeds extends JobMakerNeeds {
  readonly experiments: Experiments;
  readonly trials: Trials;
  readonly claims: Claims;
  readonly pods: Pods;
  readonly liveJobs: LiveStore<Job>;
  readonly livePods: LiveStore<Pod>;
  readonly now: () => number;
}

/** How often an experiment that goes on is looked at without any event: what events missed is found then. */
const resyncMs = 30_000;
/** How soon again after a step that other controllers have to finish. */
const soonMs = 500;
/** For so long a source may be silent before it is said: a watch that is opened anew is no outage. */
const silenceMs = 2000;

/**
 * Keeps one Job for every experiment that is not finished, and none for one
 * that is cancelled. A Job that failed or ended while trials are left is made
 * again as long as trials end in its life: one trial that takes its pods down
 * must not cost the others. One in whose life none ended ends the experiment.
 */
export function createExperimentReconciler(needs: ExperimentReconcilerNeeds): Reconcile {
  const ensureJob = createJobMaker(needs);

  async function goOn(experiment: Experiment, job: Job | undefined): Promise<Outcome> {
    if (job?.deletedAt !== undefined) return { after: soonMs };
    const failed = job?.conditions.find((condition) => condition.type === 'Failed' && condition.status === 'True');
    if (job && failed && endedTrials(experiment.counts) <= job.endedTrialsBefore) {
      await needs.claims.failByJob(experiment.id, jobFailed(failed), iso(needs.now()));
      return {};
    }
    if (job?.finishedAt !== undefined) {
      await needs.jobs.delete(job.name, { propagation: 'Background' });
      return { after: soonMs };
    }
    const settled = await tellRefusal(experiment, job, () => ensureJob(experiment, job));
    await takeBackLostClaims(needs, experiment.id);
    return { after: settled ? resyncMs : soonMs };
  }

  /** Does `work`; what the cluster says against it is written on the experiment, else what is known of its Job. */
  async function tellRefusal<T>(experiment: Experiment, job: Job | undefined, work: () => Promise<T>): Promise<T> {
    try {
      const done = await work();
      await tell(experiment, job?.diagnosis);
      return done;
    } catch (error) {
      if (error instanceof ClusterError) await tell(experiment, refusal(error, iso(needs.now())));
      throw error;
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

  async function stop(experiment: Experiment, job: Job | undefined): Promise<Outcome> {
    if (job && job.deletedAt === undefined) await needs.jobs.delete(job.name, { propagation: 'Background' });
    const pods = [...needs.livePods.values()].filter((pod) => pod.experimentId === experiment.id);
    if (job || pods.length > 0 || (await needs.jobs.get(jobName(experiment.id)))) return { after: soonMs };
    // One that was made before its Job was belongs to nobody, and goes with nothing.
    await needs.jobs.deleteSecret(jobName(experiment.id));
    await needs.experiments.update(experiment.id, (current) => afterJobGone(current, iso(needs.now())));
    return {};
  }

  return async (id) => {
    const experiment = await needs.experiments.get(id);
    if (!experiment || isFinished(experiment)) return {};
    const silence = clusterSilence([needs.liveJobs.freshness, needs.livePods.freshness], needs.now());
    if (silence) await tell(experiment, silence);
    if (silence || !needs.liveJobs.synced || !needs.livePods.synced) return { after: soonMs };
    const job = [...needs.liveJobs.values()].find((candidate) => candidate.experimentId === id);
    return experiment.phase === 'CANCELLING' ? stop(experiment, job) : goOn(experiment, job);
  };
}

/** The diagnosis of a cluster that has been silent for a while; none while it is heard. */
function clusterSilence(sources: readonly Freshness[], now: number): Diagnosis | undefined {
  const silent = sources.find(({ staleSince }) => staleSince !== undefined && now - staleSince > silenceMs);
  return silent && unreachable(silent.reason ?? 'no answer', iso(silent.staleSince ?? now));
}

function unreachable(evidence: string, since: string): Diagnosis {
  const message = 'The cluster cannot be reached; the experiment goes on as soon as it answers.';
  return { code: 'CLUSTER_UNREACHABLE', message, evidence: [evidence], since };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function jobFailed({ reason, message, at }: Condition): Diagnosis {
  return {
    code: 'JOB_FAILED',
    message: `The Job failed before all trials had run: ${message ?? reason ?? 'Kubernetes gives no reason'}.`,
    hint: 'Look at the logs of its pods: the runner says there why it stopped.',
    evidence: [`Job condition Failed, reason ${reason ?? 'none'}`],
    ...(at === undefined ? {} : { since: at }),
  };
}

function refusal(error: ClusterError, since: string): Diagnosis {
  return error.status === undefined
    ? unreachable(error.message, since)
    : {
        code: 'JOB_REFUSED',
        message: `Kubernetes refused the Job: ${error.message}`,
        hint: 'It is tried again until Kubernetes takes it or the experiment is cancelled.',
        evidence: [`HTTP ${error.status} ${error.reason ?? ''}`.trim()],
        since,
      };
}
