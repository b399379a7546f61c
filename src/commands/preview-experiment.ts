import { stringify } from 'yaml';
import { jobManifest } from '../cluster/job-template.js';
import type { Problem, Warning } from '../model/errors.js';
import type { ExperimentSpec } from '../model/experiment.js';
import type { SubmissionInput } from '../model/submission-input.js';
import { checkWithProgram } from './check-submission.js';
import type { CommandNeeds } from './needs.js';

export interface Preview {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
  /** Absent when there are problems, as is what follows. */
  readonly spec?: ExperimentSpec;
  readonly trialCount?: number;
  /** YAML. */
  readonly jobManifest?: string;
}

/** Says what submitExperiment would, and changes nothing. */
export function previewExperiment({ files, jobSettings }: Pick<CommandNeeds, 'files' | 'jobSettings'>) {
  return async (input: SubmissionInput): Promise<Preview> => {
    const { spec, problems, warnings, trialCount } = await checkWithProgram(files, input);
    if (!spec || trialCount === undefined || problems.length > 0) return { problems, warnings };
    const manifest = stringify(jobManifest({ experiment: { id: 'preview', ...spec }, ...jobSettings }));
    return { problems, warnings, spec, trialCount, jobManifest: manifest };
  };
}
