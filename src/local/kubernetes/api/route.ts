import { kinds } from '../resources.js';
import type { Kind } from '../resources.js';

/** What a resource URL addresses. Without `namespace`: all of them, or a kind that has none. */
export interface Route {
  readonly kind: Kind;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: 'status' | 'log';
  /** The deprecated `/watch/` form of the URL. */
  readonly watch: boolean;
}

/** 'unknown-group' and 'unknown-resource' are answered differently. */
export type RouteResult = Route | 'unknown-group' | 'unknown-resource';

/**
 * Reads `/api/v1/…` and `/apis/<group>/<version>/…`:
 * `[watch/][namespaces/<namespace>/]<resource>[/<name>[/<subresource>]]`.
 */
export function parseRoute(pathname: string): RouteResult {
  const parts = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decode);
  const group = parts[0] === 'api' ? '' : (parts[1] ?? '');
  const version = parts[0] === 'api' ? parts[1] : parts[2];
  const known = kinds.filter((kind) => kind.group === group && kind.version === version);
  if (known.length === 0 || (parts[0] !== 'api' && parts[0] !== 'apis')) return 'unknown-group';
  let rest = parts.slice(parts[0] === 'api' ? 2 : 3);
  const watch = rest[0] === 'watch';
  if (watch) rest = rest.slice(1);

  const inNamespace =
    rest[0] === 'namespaces' && rest.length > 2 ? known.find(({ resource }) => resource === rest[2]) : undefined;
  const namespace = rest[0] === 'namespaces' && (inNamespace || group !== '') ? rest[1] : undefined;
  const [resource, name, subresource, ...more] = namespace === undefined ? rest : rest.slice(2);
  const kind = known.find((one) => one.resource === resource);
  if (!kind || more.length > 0 || (namespace !== undefined && !kind.namespaced)) return 'unknown-resource';
  if (name !== undefined && kind.namespaced && namespace === undefined) return 'unknown-resource';
  const sub = kind.subresources.find((one) => one === subresource);
  if (subresource !== undefined && sub === undefined) return 'unknown-resource';
  return {
    kind,
    watch,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(sub !== undefined && { subresource: sub }),
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Malformed escapes name nothing that exists: the raw text leads to the 404 it deserves.
    return part;
  }
}
