import { ClusterError, errorOfStatus, isExpired } from './cluster-error.js';
import type { Status } from './cluster-error.js';
import type { ClusterConnection } from './connection.js';
import type { KubernetesObject } from './objects.js';
import { anyObject } from './parse-object.js';
import { positionOf, versionAt } from './source-position.js';
import { watchOnce } from './watch-once.js';

export interface HistoryNeeds {
  readonly connection: ClusterConnection;
  /** A collection, e.g. /apis/batch/v1/namespaces/x/jobs. */
  readonly path: string;
  readonly labelSelector?: string | undefined;
  /** Exclusive. */
  readonly from: string;
  /** Told at least up to here. */
  readonly through: string;
  /** How long it may take; 4,500 when left out. */
  readonly limitMs?: number;
}

export interface PastEvent {
  readonly position: string;
  readonly isGone: boolean;
  /** As it was then; for one that is gone, as it was at last. */
  readonly object: KubernetesObject;
}

/**
 * An API server tells where it stands before it ends a watch: the real one two seconds before, so
 * that three is the shortest that has an answer (seen on 1.36: after 1.3 s).
 */
const watchSeconds = 3;
const limitMs = 4_500;

const mostEvents = 20_000;

/**
 * What happened to a collection between two positions, in order.
 *
 * Nothing is taken for the end but an event or a bookmark at `through` or after it.
 *
 * @returns 'expired' when the server has forgotten `from`; 'unknown' when it could not say
 */
export async function watchHistory(
  needs: HistoryNeeds,
): Promise<{ readonly events: readonly PastEvent[]; readonly through: string } | 'expired' | 'unknown'> {
  const events: PastEvent[] = [];
  const done = new AbortController();
  const resourceVersion = versionAt(needs.from);
  if (resourceVersion === undefined) return 'unknown';
  let reached: string | undefined;
  try {
    await watchOnce({
      connection: needs.connection,
      path: needs.path,
      query: {
        resourceVersion,
        allowWatchBookmarks: true,
        timeoutSeconds: watchSeconds,
        labelSelector: needs.labelSelector,
      },
      parser: anyObject,
      signal: done.signal,
      silenceMs: needs.limitMs ?? limitMs,
      deadlineMs: needs.limitMs ?? limitMs,
      onOpen: () => undefined,
      onEvent({ type, object }) {
        if (type === 'ERROR') throw errorOfStatus(object as Status);
        const position = positionOf(object.metadata?.resourceVersion);
        if (position === undefined) throw new ClusterError('an event has no version', { code: 'MALFORMED' });
        if (type !== 'BOOKMARK') events.push({ position, isGone: type === 'DELETED', object });
        if (position >= needs.through) reached = position;
        if (reached !== undefined || events.length > mostEvents) done.abort();
      },
    });
  } catch (error) {
    if (error instanceof ClusterError && isExpired(error)) return 'expired';
    if (!done.signal.aborted && !(error instanceof ClusterError && error.code === 'SILENT')) throw error;
  }
  return reached === undefined ? 'unknown' : { events, through: reached };
}
