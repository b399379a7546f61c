import type { Experiment, ExperimentTreeChange, Freshness, Job, Pod, Trial } from './changes.js';
import { createKeyedSets } from './keyed-sets.js';

export type { Experiment, Job, Pod, Trial } from './changes.js';

/** What is known of one experiment: itself, its Job, its pods, its trials that have begun; by id. */
export interface TreeContent {
  readonly experiment: Experiment | undefined;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly pods: ReadonlyMap<string, Pod>;
  readonly trials: ReadonlyMap<string, Trial>;
  /** False until the first snapshot is whole, and again while a later one rebuilds everything. */
  readonly synced: boolean;
  /** As the server last told it. */
  readonly freshness: Freshness | undefined;
}

/** The content itself as it changes, without a copy. */
export interface Tree extends TreeContent {
  /** Grows with every change. */
  readonly version: number;
  /** Applies one change of `experimentTree`. Applying one twice does what applying it once does. */
  apply(change: ExperimentTreeChange): void;
  /** As it is now, and stays; what did not change since the last copy is the same object. */
  copy(): TreeContent;
}

interface Kinds extends Record<string, { readonly id: string }> {
  readonly experiments: Experiment;
  readonly jobs: Job;
  readonly pods: Pod;
  readonly trials: Trial;
}

/** Holds an experiment's tree and keeps it up to date; see `createKeyedSets` for how a rebuild shows. */
export function createTree(): Tree {
  const sets = createKeyedSets<Kinds>(['experiments', 'jobs', 'pods', 'trials']);
  let freshness: Freshness | undefined;
  let version = 0;

  return {
    get experiment() {
      return firstOf(sets.live.experiments);
    },
    get jobs() {
      return sets.live.jobs;
    },
    get pods() {
      return sets.live.pods;
    },
    get trials() {
      return sets.live.trials;
    },
    get synced() {
      return sets.synced;
    },
    get freshness() {
      return freshness;
    },
    get version() {
      return version;
    },
    apply({ experiment, jobs, pods, trials, ...change }) {
      sets.apply({ ...change, changed: { experiments: experiment ? [experiment] : [], jobs, pods, trials } });
      freshness = change.freshness;
      version += 1;
    },
    copy() {
      const { experiments, jobs, pods, trials } = sets.copy();
      return { experiment: firstOf(experiments), jobs, pods, trials, synced: sets.synced, freshness };
    },
  };
}

function firstOf<T>(map: ReadonlyMap<string, T>): T | undefined {
  return map.values().next().value;
}
