import type { Pod } from '../model/pod.js';
import type { ClusterConnection } from './connection.js';
import { experimentLabel } from './objects.js';
import type { RawPod } from './raw-pod.js';
import { toPod } from './to-pod.js';

export type Pods = ReturnType<typeof createPods>;

/** Pods of one namespace, asked for at the API server itself and not at a cache. All throw ClusterError. */
export function createPods(connection: ClusterConnection, namespace: string) {
  return {
    async ofExperiment(experimentId: string): Promise<Pod[]> {
      const { items } = await connection.request<{ readonly items: readonly RawPod[] }>(
        'GET',
        `/api/v1/namespaces/${namespace}/pods`,
        { query: { labelSelector: `${experimentLabel}=${experimentId}` } },
      );
      return items.map(toPod);
    },
  };
}
