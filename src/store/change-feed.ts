import type { ChangeStream, ChangeStreamDocument, Document, ResumeToken } from 'mongodb';
import type { Experiment } from '../model/experiment.js';
import type { Freshness } from '../model/change.js';
import type { Trial } from '../model/trial.js';
import type { Database } from './database.js';
import { toExperiment, type ExperimentRow } from './experiment-row.js';
import { toTrial, type TrialRow } from './trial-row.js';

/** One fact from MongoDB. `lost` means: facts may be missing before what follows, read everything again. */
export type Fact =
  | { readonly type: 'experiment'; readonly experiment: Experiment }
  | { readonly type: 'experimentGone'; readonly id: string }
  | { readonly type: 'trial'; readonly trial: Trial }
  | { readonly type: 'lost' };

export interface ChangeFeed extends AsyncDisposable {
  /** Called in the order of the database's log. A listener must not throw. */
  onFact(listener: (fact: Fact) => void): () => void;
  /** Called at once, and whenever the database was heard or failed to be. */
  onFreshness(listener: (freshness: Freshness) => void): () => void;
}

const retryMs = 1000;
const idleMs = 1000;

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
  let token: ResumeToken | undefined;
  let fresh: Freshness = { asOf: Date.now() };

  const open = (): ChangeStream<Document> =>
    db.watch([{ $match: { 'ns.coll': { $in: ['experiments', 'trials'] } } }], {
      fullDocument: 'updateLookup',
      maxAwaitTimeMS: idleMs,
      ...(token === undefined ? {} : { resumeAfter: token }),
    });
  const heard = (next: Freshness) => {
    fresh = next;
    for (const watcher of watchers) watcher(fresh);
  };
  const tell = (fact: Fact) => listeners.forEach((listener) => listener(fact));

  /** Reads one change, or none when there was none for a while; then the place to resume from is known. */
  async function pull(stream: ChangeStream<Document>): Promise<void> {
    const change = await stream.tryNext();
    const fact = change ? toFact(change) : undefined;
    if (fact) tell(fact);
    token = stream.resumeToken;
    heard({ asOf: Date.now() });
  }

  let stream = open();
  await pull(stream);

  async function follow(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await pull(stream);
      } catch (error) {
        if (stop.signal.aborted) return;
        onError(error);
        heard({ ...fresh, staleSince: fresh.staleSince ?? Date.now(), reason: 'The database cannot be reached.' });
        const gap = isHistoryLost(error);
        if (gap) token = undefined;
        await stream.close().catch(onError);
        await new Promise((resolve) => setTimeout(resolve, retryMs));
        stream = open();
        if (gap) tell({ type: 'lost' });
      }
    }
  }

  const following = follow();
  return {
    onFact(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onFreshness(watcher) {
      watchers.add(watcher);
      watcher(fresh);
      return () => watchers.delete(watcher);
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await stream.close().catch(onError);
      await following;
    },
  };
}

/** ChangeStreamHistoryLost, ChangeStreamFatalError, InvalidResumeToken, and the oldest entry gone. */
function isHistoryLost(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 286 || code === 280 || code === 260 || code === 40_576;
}

function toFact(change: ChangeStreamDocument): Fact | undefined {
  if (change.operationType === 'delete' && change.ns.coll === 'experiments') {
    return { type: 'experimentGone', id: String(change.documentKey._id) };
  }
  if (change.operationType !== 'insert' && change.operationType !== 'update' && change.operationType !== 'replace') {
    return undefined;
  }
  const document: unknown = change.fullDocument;
  if (!document) return undefined;
  return change.ns.coll === 'experiments'
    ? { type: 'experiment', experiment: toExperiment(document as ExperimentRow) }
    : { type: 'trial', trial: toTrial(document as TrialRow) };
}
