import { ClusterError } from './cluster-error.js';
import type { ClusterConnection } from './connection.js';
import type { KubernetesList, KubernetesObject } from './objects.js';

export interface ListNeeds {
  readonly connection: ClusterConnection;
  readonly path: string;
  readonly labelSelector?: string | undefined;
  readonly signal: AbortSignal;
  /** For one page. */
  readonly timeoutMs: number;
  readonly onObject: (object: KubernetesObject) => void;
}

const pageSize = 500;

/**
 * Lists a collection page by page and returns the version to watch from.
 *
 * No resourceVersion is sent: the answer is as new as the cluster, so a list never
 * goes back in time; asking for version 0 might, and would make the server ignore
 * the page size (50,000 pods in one piece: 14 s and 1.4 GB, in pages 4 s and 0.2 GB).
 *
 * @throws ClusterError; `isExpired` when the server forgot the version in between
 */
export async function listObjects(needs: ListNeeds): Promise<string> {
  const { connection, path, labelSelector, signal, timeoutMs } = needs;
  let next: string | undefined;
  for (;;) {
    const query = { limit: pageSize, labelSelector, continue: next };
    const page = await connection.request<KubernetesList>('GET', path, { query, signal, timeoutMs });
    for (const object of page.items ?? []) needs.onObject(object);
    next = page.metadata?.continue;
    if (next !== undefined && next !== '') continue;
    const version = page.metadata?.resourceVersion;
    if (version === undefined || version === '') throw new ClusterError(`${path} is no list`, { code: 'MALFORMED' });
    return version;
  }
}
