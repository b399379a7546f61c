import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withPodDefaults } from '../../../../src/local/kubernetes/kinds/pod-defaults.js';
import { startNode } from '../../../../src/local/kubernetes/node/node.js';
import type { LogOptions, PodNode } from '../../../../src/local/kubernetes/node/node.js';
import type { Pod } from '../../../../src/local/kubernetes/node/pod.js';
import { openObjectStore } from '../../../../src/local/kubernetes/object-store.js';
import type { KubernetesObject, ObjectStore } from '../../../../src/local/kubernetes/objects.js';

export const image = 'localhost/shell:1';

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'node-'));
}

/** A store in memory, or in a file, with a namespace `default`. */
export function openStore(file = ':memory:'): ObjectStore & Disposable {
  const store = openObjectStore(file);
  if (!store.get('namespaces', undefined, 'default')) store.create('namespaces', object('Namespace', 'default', {}));
  return store;
}

export function object(kind: string, name: string, fields: object): KubernetesObject {
  const namespace = kind === 'Namespace' ? {} : { namespace: 'default' };
  const metadata = { name, ...namespace, uid: '', resourceVersion: '', creationTimestamp: '' };
  return { apiVersion: 'v1', kind, metadata, ...fields };
}

export function shellPod(name: string, script: string, spec: object = {}, container: object = {}): KubernetesObject {
  const main = { name: 'main', image, command: ['/bin/sh', '-c', script], ...container };
  return withPodDefaults(
    object('Pod', name, { spec: { restartPolicy: 'Never', containers: [main], ...spec } }),
  ) as never;
}

/** A node on a store of its own. Disposing it ends both. */
export interface NodeBench extends AsyncDisposable {
  readonly store: ObjectStore;
  readonly node: PodNode;
  readonly directory: string;
  run(pod: KubernetesObject): Pod;
  get(name: string): Pod | undefined;
  /** Resolves as soon as the store holds the pod so; at once if it does. */
  until(name: string, is: (pod: Pod | undefined) => boolean): Promise<Pod | undefined>;
  /** Marks it as the API does. */
  delete(name: string, graceSeconds: number): void;
  log(name: string, options?: LogOptions): Promise<string>;
}

export async function openNode(graceScale = 1): Promise<NodeBench> {
  const store = openStore();
  const directory = temporaryDirectory();
  const node = await startNode({ store, directory, images: { [image]: {} }, graceScale });
  const get = (name: string): Pod | undefined => store.get('pods', 'default', name) as Pod | undefined;
  return {
    store,
    node,
    directory,
    get,
    run: (pod) => store.create('pods', pod) as Pod,
    until: (name, is) => untilStored(store, name, is),
    delete(name, graceSeconds) {
      store.update('pods', 'default', name, (pod) => {
        pod.metadata.deletionTimestamp = new Date(Date.now() + graceSeconds * 1000).toISOString();
        pod.metadata.deletionGracePeriodSeconds = graceSeconds;
        return pod;
      });
    },
    log: async (name, options = {}) => (await readAll(node.readLog('default', name, options))).toString('utf8'),
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]();
      store[Symbol.dispose]();
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export async function untilStored(
  store: ObjectStore,
  name: string,
  is: (pod: Pod | undefined) => boolean,
): Promise<Pod | undefined> {
  const get = (): Pod | undefined => store.get('pods', 'default', name) as Pod | undefined;
  if (!is(get())) {
    await new Promise<void>((resolve) => {
      const stop = store.onChange(() => {
        if (!is(get())) return;
        stop();
        resolve();
      });
    });
  }
  return get();
}

export async function readAll(log: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of log) pieces.push(piece);
  return Buffer.concat(pieces);
}

export const isEnded = (pod: Pod | undefined): boolean =>
  pod?.status?.phase === 'Succeeded' || pod?.status?.phase === 'Failed';

/** Whether there is such a process, and it is no zombie that waits to be reaped. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    // No such process.
    return false;
  }
}
