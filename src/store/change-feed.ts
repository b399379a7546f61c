import { setTimeout as pause } from 'node:timers/promises';
import type { ChangeStream, ChangeStreamDocument, Document, ResumeToken, Timestamp } from 'mongodb';
import type { Experiment } from '../model/experiment.js';
import type { Freshness } from '../model/change.js';
import type { Trial } from '../model/trial.js';
import type { Database } from './database.js';
import { toExperiment, type ExperimentRow } from './experiment-row.js';
import { readFeedHistory, type PastWrites } from './feed-history.js';
import { isMark, writeMark } from './feed-mark.js';
import { FeedPositions } from './feed-position.js';
import { fedChanges, isHistoryLost, refuseEnd } from './fed-changes.js';
import { toTrial, type TrialRow } from './trial-row.js';

/**
 * One fact from MongoDB, and the position it brings the feed to. `lost` means: facts may be missing
 * before what follows, read everything again. `nothing`: only the position moved.
 */
export type Fact = { readonly position: string } & (
  | { readonly type: 'experiment'; readonly experiment: Experiment }
  | { readonly type: 'experimentGone'; readonly id: string }
  | { readonly type: 'trial'; readonly trial: Trial }
  | { readonly type: 'trialGone'; readonly id: string }
  | { readonly type: 'lost' }
  | { readonly type: 'nothing' }
);

export interface ChangeFeed extends AsyncDisposable {
  /** Names this database: positions of another one say nothing here. */
  readonly origin: string;
  /** Of the last fact. */
  readonly position: string;
  /** Called in the order of the database's log. A listener must not throw. */
  onFact(listener: (fact: Fact) => void): () => void;
  /** Called at once, and whenever the database was heard or failed to be. */
  onFreshness(listener: (freshness: Freshness) => void): () => void;
  /** What was written between two positions of this database, whoever watched then. @see readFeedHistory */
  history(from: string, through: string): Promise<PastWrites | 'expired' | 'unknown'>;
}

const retryMs = 1000;
const idleMs = 1000;

/** A database that answers does so within `idleMs`: one that has not for so long may be on a half-open socket. */
const silenceMs = 8_000;

/**
 * Carries what any process writes to every process that shows it, by one
 * MongoDB change stream.
 *
 * Promises: order, and no silent gap: after a failure it resumes from the last
 * token, and when MongoDB cannot, says `lost`. Objects are as new as the moment
 * of reading, so two facts may carry the same state. It never gives up.
 */
export async function openChangeFeed({ db }: Database, onError: (error: unknown) => void): Promise<ChangeFeed> {
  const listeners = new Set<(fact: Fact) => void>();
  const watchers = new Set<(freshness: Freshness) => void>();
  const stop = new AbortController();
  let positions = new FeedPositions();
  let token: ResumeToken | undefined;
  let begun = { origin: '', position: '' };
  let position = '';
  let fresh: Freshness = { asOf: Date.now() };

  const open = (): ChangeStream<Document> =>
    db.watch(fedChanges, {
      fullDocument: 'updateLookup',
      maxAwaitTimeMS: idleMs,
      ...(token === undefined ? {} : { resumeAfter: token }),
    });
  const heard = (next: Freshness) => {
    fresh = next;
    for (const watcher of watchers) watcher(fresh);
  };
  const tell = (fact: Fact) => {
    position = fact.position;
    listeners.forEach((listener) => listener(fact));
  };
  const failed = () =>
    heard({ ...fresh, staleSince: fresh.staleSince ?? Date.now(), reason: 'The database cannot be reached.' });

  /** Reads one change, or none when there was none for a while; then the place to resume from is known. */
  async function pull(): Promise<{ readonly change: Change; readonly at: string } | undefined> {
    const silence = setTimeout(failed, silenceMs);
    try {
      const change = (await stream.tryNext()) as Change | null;
      const at = change && positions.next(change.clusterTime);
      token = stream.resumeToken;
      heard({ asOf: Date.now() });
      return change && at ? { change, at } : undefined;
    } finally {
      clearTimeout(silence);
    }
  }

  /** Makes an event to begin with: whatever is read from then on is not older, and where it begins is a position too. */
  async function begin(): Promise<void> {
    positions = new FeedPositions();
    await pull();
    const mark = await writeMark(db);
    for (;;) {
      const pulled = await pull();
      stop.signal.throwIfAborted();
      if (pulled) refuseEnd(pulled.change.operationType);
      if (!pulled || !isMark(pulled.change, mark.id)) continue;
      begun = { origin: mark.origin, position: pulled.at };
      return;
    }
  }

  let stream = open();
  await begin();
  ({ position } = begun);

  async function follow(): Promise<void> {
    let isLost = false;
    while (!stop.signal.aborted) {
      try {
        if (isLost) {
          await begin();
          isLost = false;
          tell({ type: 'lost', position: begun.position });
        }
        const pulled = await pull();
        if (pulled) tell({ ...toFact(pulled.change), position: pulled.at });
      } catch (error) {
        if (stop.signal.aborted) return;
        onError(error);
        failed();
        isLost ||= isHistoryLost(error);
        if (isLost) token = undefined;
        await stream.close().catch(onError);
        await pause(retryMs);
        stream = open();
      }
    }
  }

  const following = follow();
  return {
    get origin() {
      return begun.origin;
    },
    get position() {
      return position;
    },
    onFact(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onFreshness(watcher) {
      watchers.add(watcher);
      watcher(fresh);
      return () => watchers.delete(watcher);
    },
    history: (from, through) => readFeedHistory(db, from, through),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await stream.close().catch(onError);
      await following;
    },
  };
}

type Change = ChangeStreamDocument & { readonly clusterTime: Timestamp };

type FactOf<F> = F extends unknown ? Omit<F, 'position'> : never;

/** @throws FeedEnd */
function toFact(change: Change): FactOf<Fact> {
  refuseEnd(change.operationType);
  if (change.operationType === 'delete') {
    const id = String(change.documentKey._id);
    if (change.ns.coll === 'experiments') return { type: 'experimentGone', id };
    return change.ns.coll === 'trials' ? { type: 'trialGone', id } : { type: 'nothing' };
  }
  const document: unknown = 'fullDocument' in change ? change.fullDocument : undefined;
  const collection = 'ns' in change && 'coll' in change.ns ? change.ns.coll : undefined;
  if (document && collection === 'experiments') {
    return { type: 'experiment', experiment: toExperiment(document as ExperimentRow) };
  }
  if (document && collection === 'trials') return { type: 'trial', trial: toTrial(document as TrialRow) };
  return { type: 'nothing' };
}
