import { ApiFailure } from '../api-failure.js';
import type { KubernetesObject, ObjectStore } from '../objects.js';
import { badRequest, ExpiredToken, versionTooLarge } from './failure-status.js';
import { parseVersion } from './list-options.js';
import type { ListOptions } from './list-options.js';
import type { Route } from './route.js';

/** One page of a list, and how to go on. */
export interface Page {
  readonly items: readonly KubernetesObject[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

/** Where a list goes on: after `start` (namespace/name), over the state at `version`; -1: over the present state. */
interface Position {
  readonly version: number;
  readonly start: string;
}

/**
 * Lists what `options` select.
 *
 * All pages of one list show the state at its first page, for as long as the
 * history reaches back. With resourceVersion 0 the limit is ignored, as a real
 * server does that answers from its cache.
 *
 * @throws ApiFailure 410 Expired, with a token to go on inconsistently when a page was to follow; 504 for a version of the future
 */
export function listPage(store: ObjectStore, { kind, namespace }: Route, options: ListOptions): Page {
  const current = store.version();
  const asked = parseVersion(options.version, false);
  if (asked > current) throw versionTooLarge(asked, current);
  const position = options.continueToken === '' ? undefined : parseToken(options.continueToken);
  const exact = options.match === 'Exact' || (options.match === '' && options.limit > 0 && asked > 0);
  const version = position ? (position.version < 0 ? current : position.version) : exact ? asked : current;
  const limit = options.version === '0' && !position ? 0 : options.limit;

  const all = stateAt(store, kind.resource, namespace, version);
  if (all === 'expired') {
    if (position) throw new ExpiredToken(tokenOf({ version: -1, start: position.start }));
    throw new ApiFailure(410, 'Expired', 'The resourceVersion for the provided list is too old.');
  }
  const rest = position ? all.filter((object) => keyOf(object) > position.start) : all;
  const selected = options.hasSelector ? rest.filter(options.selects) : rest;
  const items = limit > 0 ? selected.slice(0, limit) : selected;
  const last = items.at(-1);
  const remaining = selected.length - items.length;
  if (remaining === 0 || !last) return { items, metadata: { resourceVersion: String(version) } };
  return {
    items,
    metadata: {
      resourceVersion: String(version),
      continue: tokenOf({ version, start: keyOf(last) }),
      ...(!options.hasSelector && { remainingItemCount: remaining }),
    },
  };
}

/** The objects as they were at `version`: the present ones with the later changes undone. */
function stateAt(
  store: ObjectStore,
  resource: Route['kind']['resource'],
  namespace: string | undefined,
  version: number,
): readonly KubernetesObject[] | 'expired' {
  const now = store.list(resource, namespace);
  if (version === store.version()) return now;
  const later = store.since(version);
  if (later === 'expired') return later;
  const state = new Map(now.map((object) => [keyOf(object), object]));
  for (const event of later.toReversed()) {
    if (event.resource !== resource) continue;
    if (namespace !== undefined && event.object.metadata.namespace !== namespace) continue;
    if (event.previous) state.set(keyOf(event.object), event.previous);
    else state.delete(keyOf(event.object));
  }
  return [...state].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}

const keyOf = ({ metadata }: KubernetesObject): string =>
  metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;

/** In the layout of the real token; clients must not read it. */
const tokenOf = ({ version, start }: Position): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start })).toString('base64url');

function parseToken(token: string): Position {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Record<string, unknown>;
    if (v === 'meta.k8s.io/v1' && typeof rv === 'number' && typeof start === 'string') return { version: rv, start };
  } catch {
    // Not JSON, so no token of ours: refused below.
  }
  throw badRequest('invalid continue token: continue key is not valid');
}
