import type { Db, Timestamp } from 'mongodb';
import { fedChanges, isHistoryLost, refuseEnd } from './fed-changes.js';
import { clusterTimeOf, FeedPositions } from './feed-position.js';

/** That one row was written or went. */
export interface PastWrite {
  readonly position: string;
  readonly collection: string;
  readonly id: string;
}

export interface PastWrites {
  readonly writes: readonly PastWrite[];
  readonly through: string;
}

const patienceMs = 4_000;
const mostWrites = 20_000;

/**
 * What was written between two positions, in order; the second must be one at which something was.
 *
 * The log must hold an event at `from` itself, exactly: a database that was restored, or is
 * another one, has none there.
 *
 * @returns 'expired' when the log does not go back to `from`; 'unknown' when it could not say
 */
export async function readFeedHistory(
  db: Db,
  from: string,
  through: string,
): Promise<PastWrites | 'expired' | 'unknown'> {
  const startAtOperationTime = clusterTimeOf(from);
  if (!startAtOperationTime) return 'unknown';
  const stream = db.watch([...fedChanges, { $project: { operationType: 1, clusterTime: 1, ns: 1, documentKey: 1 } }], {
    startAtOperationTime,
    batchSize: 1_000,
    maxAwaitTimeMS: 100,
  });
  const positions = new FeedPositions();
  const found: PastWrite[] = [];
  const until = performance.now() + patienceMs;
  let isThere = false;
  try {
    while (performance.now() < until && found.length <= mostWrites) {
      const change = (await stream.tryNext()) as PastChange | null;
      if (!change) continue;
      const position = positions.next(change.clusterTime);
      if (position === from) isThere = true;
      if (!isThere && position > from) return 'unknown';
      refuseEnd(change.operationType);
      const { ns, documentKey } = change;
      if (position > from) found.push({ position, collection: ns?.coll ?? '', id: String(documentKey?._id) });
      if (position >= through) return isThere ? { writes: found, through: position } : 'unknown';
    }
    return 'unknown';
  } catch (error) {
    if (isHistoryLost(error)) return 'expired';
    throw error;
  } finally {
    await stream.close();
  }
}

interface PastChange {
  readonly operationType: string;
  readonly clusterTime: Timestamp;
  readonly ns?: { readonly coll?: string };
  readonly documentKey?: { readonly _id: unknown };
}
