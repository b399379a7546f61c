import type { ClusterState } from './api/cluster-state.js';
import type { ClusterConnection } from './cluster/connection.js';
import type { Jobs } from './cluster/jobs.js';
import type { DisposalStack } from './disposal.js';
import type { Pod } from './model/pod.js';
import type { LiveStore } from './stream/live-store.js';

interface Needs {
  readonly connection: ClusterConnection;
  readonly jobs: Jobs;
  readonly pods: LiveStore<Pod>;
}

const retryMs = 5000;

/** Knows whether the cluster answers, from the watch on its pods, and asks for its version until it has been told. */
export function watchCluster({ connection, jobs, pods }: Needs, stack: DisposalStack): ClusterState {
  let version: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  const ask = () =>
    jobs.version().then(
      (told) => (version = told),
      () => (timer = setTimeout(ask, retryMs).unref()),
    );
  void ask();
  stack.defer(() => clearTimeout(timer));
  return {
    read: () => ({
      name: connection.server,
      version,
      reachable: pods.synced && pods.freshness.staleSince === undefined,
      freshness: pods.freshness,
    }),
  };
}
