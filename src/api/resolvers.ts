import type { Resolvers } from './generated/resolvers.js';
import { forPeople } from './for-people.js';
import { Experiment } from './resolvers/Experiment.js';
import { ExperimentPreview } from './resolvers/ExperimentPreview.js';
import { File } from './resolvers/File.js';
import { FloatParameter } from './resolvers/FloatParameter.js';
import { Freshness } from './resolvers/Freshness.js';
import { IntegerParameter } from './resolvers/IntegerParameter.js';
import { Job } from './resolvers/Job.js';
import { archiveExperiment } from './resolvers/Mutation/archiveExperiment.js';
import { deleteExperiment } from './resolvers/Mutation/deleteExperiment.js';
import { pauseExperiment } from './resolvers/Mutation/pauseExperiment.js';
import { resumeExperiment } from './resolvers/Mutation/resumeExperiment.js';
import { retryTrials } from './resolvers/Mutation/retryTrials.js';
import { unarchiveExperiment } from './resolvers/Mutation/unarchiveExperiment.js';
import { updateExperiment } from './resolvers/Mutation/updateExperiment.js';
import { cancelExperiment } from './resolvers/Mutation/cancelExperiment.js';
import { claimTrials } from './resolvers/Mutation/claimTrials.js';
import { createUpload } from './resolvers/Mutation/createUpload.js';
import { reportTrials } from './resolvers/Mutation/reportTrials.js';
import { submitExperiment } from './resolvers/Mutation/submitExperiment.js';
import { Parameter } from './resolvers/Parameter.js';
import { Pod } from './resolvers/Pod.js';
import { Program } from './resolvers/Program.js';
import { cluster } from './resolvers/Query/cluster.js';
import { experiment } from './resolvers/Query/experiment.js';
import { experiments } from './resolvers/Query/experiments.js';
import { file } from './resolvers/Query/file.js';
import { job } from './resolvers/Query/job.js';
import { pod } from './resolvers/Query/pod.js';
import { previewExperiment } from './resolvers/Query/previewExperiment.js';
import { ResultTable } from './resolvers/ResultTable.js';
import { experimentsChanged } from './resolvers/Subscription/experimentsChanged.js';
import { experimentTree } from './resolvers/Subscription/experimentTree.js';
import { jobsChanged } from './resolvers/Subscription/jobsChanged.js';
import { leaderboard } from './resolvers/Subscription/leaderboard.js';
import { logs } from './resolvers/Subscription/logs.js';
import { podsChanged } from './resolvers/Subscription/podsChanged.js';
import { trialsChanged } from './resolvers/Subscription/trialsChanged.js';
import { Trial } from './resolvers/Trial.js';
import { Cursor, DateTime, SafeInt } from './scalars.js';

/** Every resolver, at the place in the schema that its file names. */
export const resolvers: Resolvers = {
  Query: forPeople({ cluster, experiment, experiments, file, job, pod, previewExperiment }),
  Mutation: {
    ...forPeople({
      archiveExperiment,
      cancelExperiment,
      createUpload,
      deleteExperiment,
      pauseExperiment,
      resumeExperiment,
      retryTrials,
      submitExperiment,
      unarchiveExperiment,
      updateExperiment,
    }),
    claimTrials,
    reportTrials,
  },
  Subscription: forPeople({
    experimentTree,
    experimentsChanged,
    jobsChanged,
    leaderboard,
    logs,
    podsChanged,
    trialsChanged,
  }),
  Experiment,
  ExperimentPreview,
  File,
  FloatParameter,
  Freshness,
  IntegerParameter,
  Job,
  Parameter,
  Pod,
  Program,
  ResultTable,
  Trial,
  Cursor,
  DateTime,
  SafeInt,
};
