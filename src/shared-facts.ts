import type { Experiment } from './model/experiment.js';
import { trialId } from './model/trial.js';
import type { ChangeFeed, Fact } from './store/change-feed.js';
import { Timeline, type Touch } from './stream/timeline.js';

/** The facts of the database, and the history of all that is made of them. */
export interface SharedFacts {
  /** Its keys are those of `experimentKey` and `trialKey`. */
  readonly timeline: Timeline;
  /** A listener is told before the timeline moves: what it does about a fact comes after the position before. */
  subscribe(listener: (fact: Fact) => void): () => void;
}

interface Needs {
  readonly feed: ChangeFeed;
  /** As it is known at present. */
  readonly experiment: (id: string) => Experiment | undefined;
  readonly onError: (error: unknown) => void;
}

export const experimentKey = (id: string): string => `experiments/${id}`;

/** With an empty id, what the keys of all trials of the experiment begin with. */
export const trialKey = (experimentId: string, id: string): string => `trials/${experimentId}/${id}`;

/** Tells all who make something of the database's facts, then notes what each fact touched. */
export function shareFacts({ feed, experiment, onError }: Needs): SharedFacts & Disposable {
  const listeners = new Set<(fact: Fact) => void>();
  const timeline = new Timeline({
    origin: feed.origin,
    async replay(from, through) {
      const told = await feed.history(from, through);
      if (typeof told === 'string') return told;
      const touches = told.writes.flatMap(({ position, collection, id }): Touch[] => {
        if (collection === 'experiments') return [{ position, key: experimentKey(id) }];
        return collection === 'trials' ? [{ position, key: trialKey(experimentOf(id), id) }] : [];
      });
      return { touches, through: told.through };
    },
    onError,
  });
  timeline.restart(feed.position, feed.origin);

  const stop = feed.onFact((fact) => {
    const last = fact.type === 'experimentGone' ? experiment(fact.id) : undefined;
    for (const listener of listeners) listener(fact);
    const key = keyOf(fact);
    if (fact.type === 'lost') timeline.restart(fact.position, feed.origin);
    else if (key === undefined) timeline.move(fact.position);
    else timeline.touch({ position: fact.position, key, ...(last && { last }) });
  });
  return {
    timeline,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    [Symbol.dispose]: stop,
  };
}

function keyOf(fact: Fact): string | undefined {
  if (fact.type === 'experiment') return experimentKey(fact.experiment.id);
  if (fact.type === 'experimentGone') return experimentKey(fact.id);
  if (fact.type === 'trial') {
    const { experimentId, index } = fact.trial;
    return trialKey(experimentId, trialId(experimentId, index));
  }
  return fact.type === 'trialGone' ? trialKey(experimentOf(fact.id), fact.id) : undefined;
}

/** Of a trial, by its id: what stands before its index. */
function experimentOf(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf('-')));
}
