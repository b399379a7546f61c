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

/**
 * Makes the Secret and the Job of an experiment. Names are derived, so asking
 * twice makes one. The Secret is written in the life of this process even when
 * it is there: the API may have moved since. It goes with its Job.
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
    if (times && times.last - times.since > watchfulMs) return true;
    if (times && now - times.last < pauseMs) return false;
    await jobs.ensureSecret(secretManifest({ experimentId: id, namespace, token: tokenFor(id), api: apiUrl }));
    if (!known) await jobs.ensure(jobManifest({ experiment, endedTrials: endedTrials(counts), ...jobSettings }));
    const job = known ?? (await jobs.get(jobName(id)));
    if (!job) return false;
    await jobs.ownSecret(jobName(id), job);
    seen.set(job.id, { since: seen.get(job.id)?.since ?? now, last: performance.now() });
    return false;
  };
}
