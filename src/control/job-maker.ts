import { jobManifest, jobName, secretManifest } from '../cluster/job-template.js';
import type { JobSettings } from '../cluster/job-settings.js';
import type { Jobs } from '../cluster/jobs.js';
import { endedTrials, type Experiment } from '../model/experiment.js';
import type { Job } from '../model/job.js';

export interface JobMakerNeeds {
  readonly jobs: Jobs;
  readonly jobSettings: JobSettings;
  readonly tokenFor: (experimentId: string) => string;
  /** Where runners reach the API: the GraphQL address. */
  readonly apiUrl: string;
}

/** For so long after a Job was first seen its Secret is made sure of again: that of an earlier Job may be on its way out. */
const watchfulMs = 5000;
const pauseMs = 1000;
/** A Job that has no pod is made sure of as rarely: a namespace that is being deleted says so only to who writes. */
const idlePauseMs = 10_000;

/**
 * Makes the Secret and the Job of an experiment. Names are derived, so asking
 * twice makes one. The Secret is written in the life of this process even when
 * it is there: the API may have moved since. It goes with its Job; one that is
 * left of an earlier Job is taken from it first, or it would still go with that.
 *
 * @returns false while it has to be called again
 */
export function createJobMaker({ jobs, jobSettings, tokenFor, apiUrl }: JobMakerNeeds) {
  const seen = new Map<string, { readonly since: number; last: number }>();
  const { namespace } = jobSettings;

  return async function ensureJob(experiment: Experiment, known: Job | undefined): Promise<boolean> {
    const { id, counts } = experiment;
    const now = performance.now();
    const times = known && seen.get(known.id);
    const isSettled = times !== undefined && times.last - times.since > watchfulMs;
    if (isSettled && (known?.active !== 0 || now - times.last < idlePauseMs)) return true;
    if (times && now - times.last < pauseMs) return false;
    const secret = secretManifest({ experimentId: id, namespace, token: tokenFor(id), api: apiUrl });
    await jobs.ensureSecret(secret, { disown: !known });
    if (!known) await jobs.ensure(jobManifest({ experiment, endedTrials: endedTrials(counts), ...jobSettings }));
    const job = known ?? (await jobs.get(jobName(id)));
    if (!job) return false;
    await jobs.ownSecret(jobName(id), job);
    seen.set(job.id, { since: seen.get(job.id)?.since ?? now, last: performance.now() });
    return isSettled;
  };
}
