import type { Experiment } from '../model/experiment.js';
import type { Job } from '../model/job.js';
import type { Pod } from '../model/pod.js';
import type { Trial, TrialPhase } from '../model/trial.js';
import { matches, type ExperimentFilter, type Experiments } from '../store/experiments.js';
import type { KeyedViews } from '../stream/keyed-views.js';
import type { LiveStore } from '../stream/live-store.js';
import { openSetStream } from '../stream/set-stream.js';
import type { SetSource } from '../stream/source-reader.js';
import { notFound } from './refusals.js';

export interface LiveNeeds {
  readonly experiments: LiveStore<Experiment>;
  readonly jobs: LiveStore<Job>;
  readonly pods: LiveStore<Pod>;
  /** Begun trials of one experiment, by trial id; opened for the first who looks. */
  readonly trials: KeyedViews<Trial>;
  readonly stored: Experiments;
}

/** Sources of the stream of one experiment. */
export interface Tree {
  readonly experiments: Experiment;
  readonly jobs: Job;
  readonly pods: Pod;
  readonly trials: Trial;
}

export type Live = ReturnType<typeof createLive>;

/** What moves, by subject: each method opens one stream for one subscriber. */
export function createLive({ experiments, jobs, pods, trials, stored }: LiveNeeds) {
  /** @throws GraphQLError NOT_FOUND: the database is asked, for the watch may be a moment behind. */
  async function mustExist(id: string): Promise<void> {
    if (!experiments.get(id) && !(await stored.get(id))) throw notFound(`There is no experiment "${id}".`);
  }

  return {
    experiments,
    jobs,
    pods,
    jobsOf: (id: string): Job[] => [...jobs.values()].filter(own(id)),
    podsOf: (id: string): Pod[] => [...pods.values()].filter(own(id)),

    experimentsChanged: (filter: ExperimentFilter, after: string | undefined) =>
      openSetStream({
        scope: JSON.stringify(['experimentsChanged', filter]),
        sources: {
          experiments: { store: experiments, includes: (one: Experiment) => matches(one, filter), goneId: uid },
        },
        after,
      }),

    async jobsChanged(id: string | undefined, after: string | undefined) {
      if (id !== undefined) await mustExist(id);
      return openSetStream({
        scope: JSON.stringify(['jobsChanged', id]),
        sources: { jobs: source(jobs, ofExperiment(id)) },
        after,
      });
    },

    async podsChanged(id: string | undefined, after: string | undefined) {
      if (id !== undefined) await mustExist(id);
      return openSetStream({
        scope: JSON.stringify(['podsChanged', id]),
        sources: { pods: source(pods, ofExperiment(id)) },
        after,
      });
    },

    async trialsChanged(id: string, phases: readonly TrialPhase[] | undefined, after: string | undefined) {
      await mustExist(id);
      const view = await trials.acquire(id);
      const includes = (trial: Trial) => !phases || phases.includes(trial.phase);
      return openSetStream({
        scope: JSON.stringify(['trialsChanged', id, phases]),
        sources: { trials: { store: view.store, includes, goneId: uid } },
        after,
        onClose: () => view.release(),
      });
    },

    async experimentTree(id: string, after: string | undefined) {
      await mustExist(id);
      const view = await trials.acquire(id);
      return openSetStream<Tree>({
        scope: JSON.stringify(['experimentTree', id]),
        sources: {
          experiments: source(experiments, (one) => one.id === id),
          jobs: source(jobs, own(id)),
          pods: source(pods, own(id)),
          trials: source(view.store, () => true),
        },
        after,
        onClose: () => view.release(),
      });
    },
  };
}

type OfExperiment = (object: { readonly experimentId?: string }) => boolean;

const own =
  (id: string): OfExperiment =>
  (object) =>
    object.experimentId === id;
const ofExperiment = (id: string | undefined): OfExperiment => (id === undefined ? () => true : own(id));
const uid = (key: string) => key;

/** A source in which belonging never changes: what is not included now never was. */
function source<T>(store: LiveStore<T>, includes: (object: T) => boolean): SetSource<T> {
  return { store, includes, mayHaveIncluded: includes, goneId: uid };
}
