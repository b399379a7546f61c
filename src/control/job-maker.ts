import { jobManifest, jobName, secretManifest, type JobSettings } from '../cluster/job-template.js';
import type { Jobs } from '../cluster/jobs.js';
import type { Experiment } from '../model/experiment.js';

export interface JobMakerNeeds {
  readonly jobs: Jobs;
  readonly jobSettings: JobSettings;
  readonly tokenFor: (experimentId: string) => string;
  /** Where runners reach the API: the GraphQL address. */
  readonly apiUrl: string;
}

/**
 * Makes the Secret and the Job of an experiment. Names are derived, so asking
 * twice makes one. The Secret is written once in the life of this process even
 * when it is there: the API may have moved since. It goes with its Job.
 */
export function createJobMaker({ jobs, jobSettings, tokenFor, apiUrl }: JobMakerNeeds) {
  const written = new Set<string>();
  const { namespace } = jobSettings;

  return async function ensureJob(experiment: Experiment): Promise<void> {
    const { id } = experiment;
    const name = jobName(id);
    const known = await jobs.get(name);
    if (known && written.has(known.id)) return;
    await jobs.ensureSecret(secretManifest({ experimentId: id, namespace, token: tokenFor(id), api: apiUrl }));
    await jobs.ensure(jobManifest({ experiment, ...jobSettings }));
    const job = await jobs.get(name);
    if (!job) return;
    await jobs.ownSecret(name, job);
    written.add(job.id);
  };
}
