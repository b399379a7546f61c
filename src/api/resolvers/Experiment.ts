import { progressOf } from '../../model/progress.js';
import { connection, pageRequest, pageSize, readIndex, decodeCursor } from '../paging.js';
import { badInput } from '../refusals.js';
import type { ExperimentResolvers } from '../generated/resolvers.js';
import { untouched } from '../sources.js';
import { trialPage } from '../trial-pages.js';

export const Experiment: ExperimentResolvers = {
  sampling: ({ sampling }) => (typeof sampling === 'string' ? { kind: sampling } : sampling),
  configFormat: ({ configFormat }) => configFormat ?? 'INI',
  progress: (experiment, _args, { now }) => progressOf(experiment, now()),
  downloads: ({ id }, _args, { baseUrl }) => ({ resultsCsv: `${baseUrl}/experiments/${id}/results.csv` }),
  jobs: ({ id }, _args, { live }) => live.jobsOf(id),
  pods: ({ id }, _args, { live }) => live.podsOf(id),

  async trials(experiment, args, { store }) {
    const page = await trialPage(store.trials, experiment, pageRequest(args, readIndex), args.phases ?? undefined);
    return connection(
      page,
      (trial) => trial.index,
      (trial) => ({ experiment, trial }),
    );
  },

  async trial(experiment, { index }, { store }) {
    if (index >= experiment.counts.total) return null;
    return { experiment, trial: (await store.trials.get(experiment.id, index)) ?? untouched(experiment, index) };
  },

  results(experiment, { first, after }) {
    const place = after == null ? -1 : readIndex(decodeCursor(after));
    if (place === undefined) throw badInput('after is not a cursor of this list.');
    return { experiment, first: pageSize('first', first), after: place };
  },
};
