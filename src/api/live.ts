import type { Experiment } from '../model/experiment.js';
import type { Job } from '../model/job.js';
import type { Pod } from '../model/pod.js';
import type { Trial, TrialPhase } from '../model/trial.js';
import { matches, type ExperimentFilter, type Experiments } from '../store/experiments.js';
import type { KeyedViews, View } from '../stream/keyed-views.js';
import type { LiveStore } from '../stream/live-store.js';
import { openSetStream } from '../stream/set-stream.js';
import type { SetStream, SetStreamNeeds } from '../stream/set-stream.js';
import type { SetSource } from '../stream/source-reader.js';
import { notFound } from './refusals.js';

export interface LiveNeeds {
  readonly experiments: LiveStore<Experiment>;
  readonly jobs: LiveStore<Job>;
  readonly pods: LiveStore<Pod>;
  /** Begun trials of one experiment, by trial id; opened for the first who looks. */
  readonly trials: KeyedViews<Trial>;
  readonly stored: Pick<Experiments, 'get'>;
}

/** Sources of the stream of one experiment. */
export interface Tree {
  readonly experiments: Experiment;
  readonly jobs: Job;
  readonly pods: Pod;
  readonly trials: Trial;
}

export type Live = ReturnType<typeof createLive>;

/** What moves, by subject: each method checks that there is such a subject and gives what opens streams of it. */
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

    async experimentsChanged(filter: ExperimentFilter): Promise<Open<{ experiments: Experiment }>> {
      const includes = (one: Experiment) => matches(one, filter);
      return opening(['experimentsChanged', filter], { experiments: { store: experiments, includes, goneId: uid } });
    },

    async jobsChanged(id: string | undefined): Promise<Open<{ jobs: Job }>> {
      if (id !== undefined) await mustExist(id);
      return opening(['jobsChanged', id], { jobs: source(jobs, ofExperiment(id)) });
    },

    async podsChanged(id: string | undefined): Promise<Open<{ pods: Pod }>> {
      if (id !== undefined) await mustExist(id);
      return opening(['podsChanged', id], { pods: source(pods, ofExperiment(id)) });
    },

    async trialsChanged(id: string, phases: readonly TrialPhase[] | undefined): Promise<Open<{ trials: Trial }>> {
      await mustExist(id);
      const includes = (trial: Trial) => !phases || phases.includes(trial.phase);
      return async (after) => {
        const view = await trials.acquire(id);
        const open = opening(
          ['trialsChanged', id, phases],
          { trials: { store: view.store, includes, goneId: uid } },
          () => view.release(),
        );
        return open(after);
      };
    },

    /** @throws GraphQLError NOT_FOUND */
    async experiment(id: string): Promise<Experiment> {
      const found = experiments.get(id) ?? (await stored.get(id));
      if (!found) throw notFound(`There is no experiment "${id}".`);
      return found;
    },

    /** Begun trials of an experiment that there is. */
    trialsOf: (id: string): Promise<View<Trial>> => trials.acquire(id),

    async experimentTree(id: string): Promise<Open<Tree>> {
      await mustExist(id);
      return async (after) => {
        const view = await trials.acquire(id);
        const sources = {
          experiments: { ...source(experiments, (one) => one.id === id), mayHaveHeld: (key: string) => key === id },
          jobs: source(jobs, own(id)),
          pods: source(pods, own(id)),
          trials: { store: view.store, includes: () => true, goneId: uid },
        };
        return opening<Tree>(['experimentTree', id], sources, () => view.release())(after);
      };
    },
  };
}

/** Opens one stream of a subject behind a cursor, as often as it is called. */
export type Open<S> = (after: string | undefined) => Promise<SetStream<S>>;

function opening<S>(scope: readonly unknown[], sources: SetStreamNeeds<S>['sources'], onClose?: () => void): Open<S> {
  return async (after) => openSetStream<S>({ scope: JSON.stringify(scope), sources, after, onClose });
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
