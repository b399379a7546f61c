import type { Pod } from '../model/pod.js';
import { ClusterError } from './cluster-error.js';
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

    /** Resolves when the deletion is recorded, also when the pod was gone; it ends within its grace. */
    async delete({ id, name }: Pick<Pod, 'id' | 'name'>): Promise<void> {
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: id } };
      try {
        const path = `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(name)}`;
        await connection.request('DELETE', path, { body });
      } catch (error) {
        // Gone, or another pod under its name.
        if (!(error instanceof ClusterError) || (error.status !== 404 && error.status !== 409)) throw error;
      }
    },
  };
}
