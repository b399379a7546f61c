import type { ApiBody, TestCluster, WatchEvent } from './open-cluster.js';

/** Objects and paths that several suites need. */

export const configMap = (
  name: string,
  data: Record<string, string> = {},
  labels: Record<string, string> = {},
): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
  data,
});

/** A pod that no suite of the API needs to run. */
export const pod = (name: string, { image }: TestCluster): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'main', image, command: ['sh', '-c', 'true'] }],
  },
});

/** Suspended, so that it makes no pods unless a test wants them. */
export const job = (name: string, { image }: TestCluster, spec: object = {}): object => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: {
    suspend: true,
    template: {
      spec: { restartPolicy: 'Never', containers: [{ name: 'main', image, command: ['sh', '-c', 'true'] }] },
    },
    ...spec,
  },
});

/** The collection of a resource in the cluster's own namespace. */
export function pathOf({ namespace }: TestCluster, resource: string): string {
  const group = resource === 'jobs' ? 'apis/batch' : resource === 'leases' ? 'apis/coordination.k8s.io' : 'api';
  return `/${group}/v1/namespaces/${namespace}/${resource}`;
}

export const mergePatch = { 'content-type': 'application/merge-patch+json' };
export const strategicPatch = { 'content-type': 'application/strategic-merge-patch+json' };
export const jsonPatch = { 'content-type': 'application/json-patch+json' };

export const namesOf = (list: ApiBody): string[] => list.items.map(({ metadata }) => metadata.name);

/** Reads a watch up to the first event for which `isLast` holds, which is included; ends the watch. */
export async function readUntil(
  watch: AsyncIterable<WatchEvent> & { cancel(): void },
  isLast: (event: WatchEvent, all: readonly WatchEvent[]) => boolean,
): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  try {
    for await (const event of watch) {
      events.push(event);
      if (isLast(event, events)) break;
    }
  } finally {
    watch.cancel();
  }
  return events;
}

export const inShort = (events: readonly WatchEvent[]): string[] =>
  events.map(({ type, object }) => `${type} ${object.metadata.name}`);
