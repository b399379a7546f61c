import { archiveExperiment, unarchiveExperiment } from './archive-experiment.js';
import { cancelExperiment } from './cancel-experiment.js';
import { claimTrials } from './claim-trials.js';
import { createUpload } from './create-upload.js';
import type { CommandNeeds } from './needs.js';
import { deleteExperiment } from './delete-experiment.js';
import { pauseExperiment } from './pause-experiment.js';
import { previewExperiment } from './preview-experiment.js';
import { reportTrials } from './report-trials.js';
import { resumeExperiment } from './resume-experiment.js';
import { retryTrials } from './retry-trials.js';
import { submitExperiment } from './submit-experiment.js';
import { updateExperiment } from './update-experiment.js';

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
    updateExperiment: updateExperiment(needs),
    pauseExperiment: pauseExperiment(needs),
    resumeExperiment: resumeExperiment(needs),
    cancelExperiment: cancelExperiment(needs),
    retryTrials: retryTrials(needs),
    archiveExperiment: archiveExperiment(needs),
    unarchiveExperiment: unarchiveExperiment(needs),
    deleteExperiment: deleteExperiment(needs),
    claimTrials: claimTrials(needs),
    reportTrials: reportTrials(needs),
  };
}
