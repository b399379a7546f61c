import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Cluster } from './cluster.js';

const uncordonAtEnd = fileURLToPath(new URL('uncordon-at-end.mjs', import.meta.url));

/**
 * As `kubectl cordon` does. Disposing it uncordons, and so does the end of this
 * process, also by SIGKILL: a process of its own waits for that.
 */
export async function cordon(cluster: Cluster, node: string): Promise<AsyncDisposable> {
  const guard = spawn(process.execPath, [uncordonAtEnd, node], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
    env: { ...process.env, KUBECONFIG: cluster.kubeconfigPath },
  });
  const ended = once(guard, 'exit') as Promise<[number | null]>;
  await cluster.patch(`/api/v1/nodes/${node}`, { spec: { unschedulable: true } });
  return {
    async [Symbol.asyncDispose]() {
      guard.stdin.end();
      const [code] = await ended;
      if (code !== 0) throw new Error(`The node ${node} could not be uncordoned: kubectl uncordon ${node}`);
    },
  };
}

/** As `kubectl drain` does for each pod: asks for its eviction. @returns the HTTP status */
export async function evict(cluster: Cluster, namespace: string, name: string): Promise<number> {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  const { status } = await cluster.ask('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, body);
  return status;
}
