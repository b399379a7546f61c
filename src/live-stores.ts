import type { ClusterConnection } from './cluster/connection.js';
import { experimentLabel } from './cluster/objects.js';
import type { ObjectParser } from './cluster/parse-object.js';
import { createPodParser } from './cluster/pod-parser.js';
import type { RawPod } from './cluster/raw-pod.js';
import { toEvent, type RawEvent } from './cluster/to-event.js';
import { toJob, type RawJob } from './cluster/to-job.js';
import { toPod } from './cluster/to-pod.js';
import { feedDiagnoses } from './control/diagnosis-feed.js';
import type { DisposalStack } from './disposal.js';
import type { Experiment } from './model/experiment.js';
import type { Job } from './model/job.js';
import type { Pod } from './model/pod.js';
import { trialId, type Trial } from './model/trial.js';
import { reflectedStore } from './reflected-store.js';
import { experimentKey, shareFacts, trialKey, type SharedFacts } from './shared-facts.js';
import type { ChangeFeed, Fact } from './store/change-feed.js';
import type { Experiments } from './store/experiments.js';
import type { Trials } from './store/trials.js';
import { createKeyedViews, type KeyedViews } from './stream/keyed-views.js';
import { createLiveStore, type LiveStore } from './stream/live-store.js';
import { section } from './stream/timeline.js';
import { feedVersioned, type VersionedFact } from './stream/versioned-feed.js';

/** The latest state of everything that moves, however many look. */
export interface LiveStores {
  readonly experiments: LiveStore<Experiment>;
  readonly jobs: LiveStore<Job>;
  readonly pods: LiveStore<Pod>;
  /** Begun trials of one experiment, by trial id. */
  readonly trials: KeyedViews<Trial>;
}

interface Sources {
  readonly connection: ClusterConnection;
  readonly feed: ChangeFeed;
  readonly experiments: Experiments;
  readonly trials: Trials;
  readonly onError: (error: unknown) => void;
}

/** How long trials of an experiment stay in memory after the last who looked has left. */
const lingerMs = 30_000;

/** One watch per kind on the cluster, one change stream on the database; what is started goes on `stack`. */
export function openLiveStores(sources: Sources, stack: DisposalStack): LiveStores {
  const facts = shareFacts({ ...sources, experiment: (id) => experiments.get(id) });
  stack.defer(() => facts[Symbol.dispose]());
  const experiments: LiveStore<Experiment> = createLiveStore<Experiment>({
    history: section(facts.timeline, experimentKey('')),
  });
  stack.defer(sources.feed.onFreshness((freshness) => experiments.setFreshness(freshness)));
  stack.defer(
    feedVersioned(experiments, {
      list: () => pairs(sources.experiments.all(), (experiment) => experiment.id),
      subscribe: (listener) => facts.subscribe((fact) => whenDefined(experimentFact(fact), listener)),
      onError: sources.onError,
    }),
  );
  const diagnoses = feedDiagnoses({
    jobs: reflect(sources, stack, {
      collection: '/apis/batch/v1/jobs',
      labelSelector: experimentLabel,
      trim: (raw: RawJob) => toJob(raw),
    }),
    pods: reflect(sources, stack, {
      collection: '/api/v1/pods',
      labelSelector: experimentLabel,
      parser: createPodParser(),
      trim: (raw: RawPod) => toPod(raw),
    }),
    // They carry no labels of ours.
    events: reflect(sources, stack, { collection: '/api/v1/events', trim: (raw: RawEvent) => toEvent(raw) }),
    now: Date.now,
  });
  stack.defer(() => diagnoses[Symbol.dispose]());
  return {
    experiments,
    jobs: diagnoses.jobs,
    pods: diagnoses.pods,
    trials: stack.use(createTrialViews(sources, facts)),
  };
}

interface Reflected<R, T> {
  readonly collection: string;
  readonly labelSelector?: string;
  readonly parser?: ObjectParser;
  readonly trim: (raw: R) => T;
}

function reflect<R, T extends { readonly id: string }>(
  { connection, onError }: Sources,
  stack: DisposalStack,
  { collection, labelSelector, parser, trim }: Reflected<R, T>,
): LiveStore<T> {
  const path = collection.replace(/\/(\w+)$/, `/namespaces/${connection.namespace}/$1`);
  const { store, reflector } = reflectedStore<T>({
    connection,
    path,
    labelSelector,
    parser,
    trim: (raw) => trim(raw as R),
    onError,
  });
  stack.use(reflector);
  return store;
}

function createTrialViews({ feed, trials, onError }: Sources, facts: SharedFacts): KeyedViews<Trial> {
  return createKeyedViews<Trial>({
    lingerMs,
    onError,
    optionsFor: (experimentId) => ({ history: section(facts.timeline, trialKey(experimentId, '')) }),
    async open(experimentId, store) {
      const stopFreshness = feed.onFreshness((freshness) => store.setFreshness(freshness));
      const stop = feedVersioned(store, {
        list: () => pairs(trials.all(experimentId), (trial) => trialId(experimentId, trial.index)),
        subscribe: (listener) => facts.subscribe((fact) => whenDefined(trialFact(fact, experimentId), listener)),
        onError,
      });
      return () => {
        stop();
        stopFreshness();
      };
    },
  });
}

function whenDefined<T>(value: T | undefined, use: (value: T) => void): void {
  if (value !== undefined) use(value);
}

function experimentFact(fact: Fact): VersionedFact<Experiment> | undefined {
  if (fact.type === 'experiment') return { type: 'put', key: fact.experiment.id, object: fact.experiment };
  if (fact.type === 'experimentGone') return { type: 'gone', key: fact.id };
  return fact.type === 'lost' ? fact : undefined;
}

function trialFact(fact: Fact, experimentId: string): VersionedFact<Trial> | undefined {
  if (fact.type === 'lost') return fact;
  if (fact.type === 'trialGone') return { type: 'gone', key: fact.id };
  if (fact.type !== 'trial' || fact.trial.experimentId !== experimentId) return undefined;
  return { type: 'put', key: trialId(experimentId, fact.trial.index), object: fact.trial };
}

async function* pairs<T>(all: AsyncIterable<T>, keyOf: (object: T) => string): AsyncIterable<readonly [string, T]> {
  for await (const object of all) yield [keyOf(object), object];
}
