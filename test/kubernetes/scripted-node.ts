import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { root } from '../support/server-process.js';
import type { Cluster } from './cluster.js';

/** A node that a test plays: the pods bound to it run the runner as processes of this machine. */
export interface ScriptedNode extends AsyncDisposable {
  readonly name: string;
  /** How many runners it has running. */
  readonly running: number;
  /** Ends its kubelet and its processes at once, as when the power goes; the cluster is told nothing. */
  fail(): Promise<void>;
}

interface RawPod {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
  readonly status: { readonly phase: string };
}

interface NodeNeeds {
  readonly cluster: Cluster;
  readonly name: string;
  /** Of the runners; pods of other namespaces do not come here. */
  readonly namespace: string;
  /** Value of the label `glados.io/scripted`, and of the taint that keeps everybody else away. */
  readonly group: string;
  /** Pods that fit. */
  readonly pods: number;
}

export const groupLabel = 'glados.io/scripted';
const lookMs = 50;
const leaseMs = 5000;

/**
 * Registers a node and plays its kubelet, as the API server sees one: it says that it is ready and renews its lease,
 * starts what is bound to it, tells running and exit codes, ends what is deleted within its grace.
 */
export async function startNode({ cluster, name, namespace, group, pods }: NodeNeeds): Promise<ScriptedNode> {
  const podsPath = `/api/v1/namespaces/${namespace}/pods`;
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  const runners = new Map<string, ChildProcess>();
  const stop = new AbortController();
  const isStopped = () => stop.signal.aborted;

  await cluster.create('/api/v1/nodes', {
    metadata: { name, labels: { [groupLabel]: group, 'kubernetes.io/hostname': name } },
    spec: { taints: [{ key: groupLabel, value: group, effect: 'NoSchedule' }] },
  });
  const capacity = { cpu: '8', memory: '16Gi', 'ephemeral-storage': '100Gi', pods: String(pods) };
  const condition = { type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: now() };
  await cluster.patch(`/api/v1/nodes/${name}/status`, {
    status: { capacity, allocatable: capacity, conditions: [condition] },
  });
  await cluster.create(leases, {
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: now() },
  });

  const say = (pod: RawPod, status: object) => cluster.patch(`${podsPath}/${pod.metadata.name}/status`, { status });

  async function run(pod: RawPod): Promise<void> {
    const startedAt = now();
    const child = spawn(process.execPath, [join(root, 'dist/src/runner/main.js')], {
      env: { PATH: process.env['PATH'], ...(await secretOf(pod)), POD_UID: pod.metadata.uid },
      stdio: 'ignore',
    });
    const exited = once(child, 'exit') as Promise<[number | null]>;
    runners.set(pod.metadata.uid, child);
    const ready = { type: 'Ready', status: 'True' };
    const running = containers(pod, { running: { startedAt } }, true);
    await say(pod, { phase: 'Running', startTime: startedAt, conditions: [ready], containerStatuses: running });
    const exitCode = (await exited)[0] ?? 137;
    if (isStopped()) return;
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    await say(pod, {
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      conditions: [{ ...ready, status: 'False' }],
      containerStatuses: containers(pod, { terminated: { exitCode, reason, startedAt, finishedAt: now() } }, false),
    });
    runners.delete(pod.metadata.uid);
  }

  async function secretOf(pod: RawPod): Promise<{ GLADOS_API: string; GLADOS_TOKEN: string }> {
    const job = pod.metadata.name.replace(/-\d+-\w+$/, '');
    const path = `/api/v1/namespaces/${namespace}/secrets/${job}`;
    const { data } = await cluster.get<{ data: { api: string; token: string } }>(path);
    return { GLADOS_API: text(data.api), GLADOS_TOKEN: text(data.token) };
  }

  async function look(begun: Set<string>): Promise<void> {
    const { items } = await cluster.get<{ items: RawPod[] }>(`${podsPath}?fieldSelector=spec.nodeName%3D${name}`);
    for (const pod of items) {
      const { uid, deletionTimestamp } = pod.metadata;
      const child = runners.get(uid);
      if (!deletionTimestamp && pod.status.phase === 'Pending' && !begun.has(uid)) {
        begun.add(uid);
        // A pod that is gone before it could be spoken of: the next look finds the rest.
        run(pod).catch(() => runners.delete(uid));
      } else if (deletionTimestamp && child) child.kill('SIGTERM');
      else if (deletionTimestamp) {
        await cluster.ask('DELETE', `${podsPath}/${pod.metadata.name}`, { gracePeriodSeconds: 0 });
      }
    }
  }

  async function playKubelet(): Promise<void> {
    const begun = new Set<string>();
    for (let renewedAt = Date.now(); !isStopped();) {
      await look(begun);
      if (Date.now() - renewedAt > leaseMs) {
        renewedAt = Date.now();
        await cluster.ask('PATCH', `${leases}/${name}`, { spec: { renewTime: now() } });
      }
      await new Promise((resolve) => void setTimeout(resolve, lookMs));
    }
  }

  const playing = playKubelet();
  const fail = async (): Promise<void> => {
    stop.abort();
    for (const child of runners.values()) child.kill('SIGKILL');
    await playing;
  };
  return {
    name,
    get running() {
      return runners.size;
    },
    fail,
    async [Symbol.asyncDispose]() {
      await fail();
      await cluster.ask('DELETE', `/api/v1/nodes/${name}`);
      await cluster.ask('DELETE', `${leases}/${name}`);
    },
  };
}

function containers({ spec }: RawPod, state: object, ready: boolean): object[] {
  return spec.containers.map(({ name, image }) => ({ name, image, imageID: image, restartCount: 0, ready, state }));
}

function text(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}

/** RFC 3339 with microseconds, as a lease wants it; other times take it too. */
function now(): string {
  return new Date().toISOString().replace('Z', '000Z');
}
