import { ClusterError, errorOfNetwork } from './cluster-error.js';
import type { ClusterConnection, Query } from './connection.js';
import { ListSplitter } from './list-splitter.js';
import type { KubernetesList, KubernetesObject } from './objects.js';
import type { ObjectParser } from './parse-object.js';
import { startLimits } from './limits.js';

export interface ListNeeds {
  readonly connection: ClusterConnection;
  readonly path: string;
  readonly labelSelector?: string | undefined;
  readonly signal: AbortSignal;
  /** For one page. */
  readonly timeoutMs: number;
  readonly parser: ObjectParser;
  readonly onObject: (object: KubernetesObject) => void;
}

const pageSize = 500;

/**
 * Lists a collection page by page and returns the version to watch from.
 *
 * No resourceVersion is sent: the answer is as new as the cluster, so a list never
 * goes back in time; asking for version 0 might, and would make the server ignore
 * the page size (50,000 pods in one piece: 14 s and 1.4 GB).
 *
 * Objects are read one by one as their bytes arrive; no page is ever parsed as a whole.
 *
 * @throws ClusterError; `isExpired` when the server forgot the version in between
 */
export async function listObjects(needs: ListNeeds): Promise<string> {
  const { path, labelSelector } = needs;
  let next: string | undefined;
  for (;;) {
    const { metadata } = await readPage(needs, { limit: pageSize, labelSelector, continue: next });
    next = metadata?.continue;
    if (next !== undefined && next !== '') continue;
    const version = metadata?.resourceVersion;
    if (version === undefined || version === '') throw new ClusterError(`${path} is no list`, { code: 'MALFORMED' });
    return version;
  }
}

async function readPage({ connection, path, signal, timeoutMs, parser, onObject }: ListNeeds, query: Query) {
  const limits = startLimits(signal, { page: timeoutMs });
  const splitter = new ListSplitter();
  try {
    for await (const chunk of await connection.stream(path, query, limits.signal)) {
      for (const item of splitter.push(chunk)) onObject(parseItem(item, parser));
    }
    const page: KubernetesList = splitter.envelope();
    for (const object of page.items ?? []) onObject(object);
    return page;
  } catch (error) {
    if (limits.passed !== undefined) throw new ClusterError(`a list of ${path} took too long`, { code: 'TIMEOUT' });
    throw errorOfNetwork(error);
  } finally {
    limits.clear();
  }
}

function parseItem(bytes: Buffer, parser: ObjectParser): KubernetesObject {
  try {
    return parser.object(bytes) as KubernetesObject;
  } catch (cause) {
    throw new ClusterError('an item of a list is no JSON', { code: 'MALFORMED', cause });
  }
}
