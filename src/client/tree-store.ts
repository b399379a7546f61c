import type { ExperimentTreeChange } from './client.js';
import type {
  ExperimentFieldsFragment,
  JobFieldsFragment,
  PodFieldsFragment,
  TrialFieldsFragment,
} from './generated/graphql.js';

export type Experiment = ExperimentFieldsFragment;
export type Job = JobFieldsFragment;
export type Pod = PodFieldsFragment;
export type Trial = TrialFieldsFragment;

interface Content {
  experiment: Experiment | undefined;
  readonly jobs: Map<string, Job>;
  readonly pods: Map<string, Pod>;
  readonly trials: Map<string, Trial>;
}

/** What is known of one experiment: itself, its Job, its pods, its trials that have begun; by id. */
export interface Tree {
  readonly experiment: Experiment | undefined;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly pods: ReadonlyMap<string, Pod>;
  readonly trials: ReadonlyMap<string, Trial>;
  /** False until the first snapshot is whole, and again while a later one rebuilds everything. */
  readonly synced: boolean;
  readonly freshness: ExperimentTreeChange['freshness'] | undefined;
  /** Grows with every change. */
  readonly version: number;
  /** Applies one change of `experimentTree`. Applying one twice does what applying it once does. */
  apply(change: ExperimentTreeChange): void;
}

function emptyContent(): Content {
  return { experiment: undefined, jobs: new Map(), pods: new Map(), trials: new Map() };
}

/**
 * Holds an experiment's tree and keeps it up to date.
 *
 * A reset begins a rebuild. The first one is shown as it grows; during a later
 * one the old content stays until the new one is whole, so that a reconnect
 * does not flicker.
 */
export function createTree(): Tree {
  let shown = emptyContent();
  let building = shown;
  let synced = false;
  let everSynced = false;
  let freshness: ExperimentTreeChange['freshness'] | undefined;
  let version = 0;

  return {
    get experiment() {
      return shown.experiment;
    },
    get jobs() {
      return shown.jobs;
    },
    get pods() {
      return shown.pods;
    },
    get trials() {
      return shown.trials;
    },
    get synced() {
      return synced;
    },
    get freshness() {
      return freshness;
    },
    get version() {
      return version;
    },
    apply(change) {
      if (change.reset) {
        building = emptyContent();
        if (!everSynced) shown = building;
      }
      put(building, change);
      if (change.synced) shown = building;
      synced = change.synced;
      everSynced ||= synced;
      freshness = change.freshness;
      version += 1;
    },
  };
}

function put(content: Content, { gone, experiment, jobs, pods, trials }: ExperimentTreeChange): void {
  for (const id of gone) {
    if (content.experiment?.id === id) content.experiment = undefined;
    content.jobs.delete(id);
    content.pods.delete(id);
    content.trials.delete(id);
  }
  if (experiment) content.experiment = experiment;
  for (const job of jobs) content.jobs.set(job.id, job);
  for (const pod of pods) content.pods.set(pod.id, pod);
  for (const trial of trials) content.trials.set(trial.id, trial);
}
