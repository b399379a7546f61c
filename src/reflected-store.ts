import { createHash } from 'node:crypto';
import type { ClusterConnection } from './cluster/connection.js';
import type { KubernetesObject } from './cluster/objects.js';
import type { ObjectParser } from './cluster/parse-object.js';
import { startReflector, type Reflector } from './cluster/reflector.js';
import { watchHistory } from './cluster/watch-history.js';
import { createLiveStore, type LiveStore } from './stream/live-store.js';
import { Timeline, type Replay } from './stream/timeline.js';

export interface Reflected<T> {
  readonly store: LiveStore<T>;
  readonly reflector: Reflector;
}

interface Needs<T> {
  readonly connection: ClusterConnection;
  /** A collection, e.g. /apis/batch/v1/namespaces/x/jobs. */
  readonly path: string;
  readonly labelSelector?: string | undefined;
  readonly parser?: ObjectParser | undefined;
  readonly trim: (raw: KubernetesObject) => T;
  readonly onError: (error: unknown) => void;
}

/**
 * A source that is dead is known as such within 15 s, also when its sockets stay half open: a watch
 * is asked to last 6 to 11 s, and the server that does not end it then, or does not answer the next
 * one, is away. That asks the API server six times a minute, which costs it less than one list.
 */
const timing = { watchMinSeconds: 6, bookmarkMs: 11_000, slackMs: 2_500 };

/** Keeps a store of one collection of the cluster, with a history that the cluster itself can lengthen. */
export function reflectedStore<T extends { readonly id: string }>(needs: Needs<T>): Reflected<T> {
  const { connection, path, labelSelector, parser, trim, onError } = needs;
  const timeline = new Timeline({
    origin: createHash('sha256')
      .update(JSON.stringify([connection.identity, path, labelSelector]))
      .digest('base64url')
      .slice(0, 8),
    async replay(from, through): Promise<Replay | 'expired' | 'unknown'> {
      const told = await watchHistory({ connection, path, labelSelector, from, through });
      if (typeof told === 'string') return told;
      const touches = told.events.map(({ position, isGone, object: raw }) => {
        const object = trim(raw);
        return { position, key: object.id, ...(isGone && { last: object }) };
      });
      return { touches, through: told.through };
    },
    onError,
  });
  const store = createLiveStore<T>({ history: timeline });
  const reflector = startReflector<T>({
    connection,
    path,
    timing,
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(parser && { parser }),
    decode: (raw) => {
      const object = trim(raw);
      return { key: object.id, object };
    },
    sink(change, position) {
      const last = change.type === 'gone' ? store.get(change.key) : undefined;
      store.apply(change);
      if (position === undefined) return;
      if (change.type === 'synced') timeline.restart(position);
      else if (change.type !== 'reset')
        timeline.touch({ position, key: change.key, ...(last !== undefined && { last }) });
    },
    onPassed: (position) => timeline.pass(position),
    onFreshness: (freshness) => store.setFreshness(freshness),
    onError,
  });
  return { store, reflector };
}
