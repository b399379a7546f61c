import { cancelExperiment } from './cancel-experiment.js';
import { claimTrials } from './claim-trials.js';
import { createUpload } from './create-upload.js';
import type { CommandNeeds } from './needs.js';
import { previewExperiment } from './preview-experiment.js';
import { reportTrials } from './report-trials.js';
import { submitExperiment } from './submit-experiment.js';

export type Commands = ReturnType<typeof createCommands>;

/**
 * The verbs. Each checks, records what is wanted and answers; nobody waits here
 * for the cluster.
 */
export function createCommands(needs: CommandNeeds) {
  return {
    createUpload: createUpload(needs),
    submitExperiment: submitExperiment(needs),
    previewExperiment: previewExperiment(needs),
    cancelExperiment: cancelExperiment(needs),
    claimTrials: claimTrials(needs),
    reportTrials: reportTrials(needs),
  };
}
