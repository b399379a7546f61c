import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createFrom } from './api/create.js';
import { endNamespaces } from './api/namespace-end.js';
import { startApiServer } from './api/server.js';
import { startControllers } from './controllers/controllers.js';
import { keptCredentials, writeKubeconfig } from './kubeconfig.js';
import type { ImageProgram } from './node/images.js';
import { startNode } from './node/node.js';
import { defaultBounds, openObjectStore } from './object-store.js';
import type { ObjectStore } from './objects.js';
import { kindOf } from './resources.js';

export interface LocalKubernetes extends AsyncDisposable {
  readonly url: string;
  readonly kubeconfigPath: string;
  /** Ends every pod, as a node that shuts down does, while the API still answers; no pod starts afterwards. */
  drain(): Promise<void>;
}

export interface LocalKubernetesOptions {
  /** Everything that persists lives here: objects.db, kubeconfig, credentials, pods/. Made when absent. */
  readonly directory: string;
  /** 0, the default, picks a free one. */
  readonly port?: number;
  /** Image name → the program of this machine that it stands for. */
  readonly images: Readonly<Record<string, ImageProgram>>;
  /** PATH of the pods; the system's usual one when left out. */
  readonly path?: string;
  /** How many past changes a watch or a list may ask for; 10,000 when left out. */
  readonly historyChanges?: number;
  /** What grace periods are multiplied with; below 1 in tests. */
  readonly graceScale?: number;
  /** Told of defects; by default they go to standard error. */
  readonly onError?: (error: unknown) => void;
}

const enforceLabel = 'pod-security.kubernetes.io/enforce';

/** The namespaces that are there from the beginning. What a real cluster would refuse of a runner, this one refuses. */
const namespaces: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  default: {},
  'kube-system': {},
  'glados-runners': { [enforceLabel]: 'restricted' },
};

/**
 * Starts a Kubernetes of one process and one machine: API server, Job
 * controller, garbage collector, and a node on which pods are processes.
 *
 * Objects outlive the process, also one that is killed. Disposal ends what runs.
 *
 * @throws Error when another process uses the directory, or the port is taken
 */
export async function startLocalKubernetes(options: LocalKubernetesOptions): Promise<LocalKubernetes> {
  const { images, graceScale, path, historyChanges, port = 0 } = options;
  const directory = resolve(options.directory);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const started: (Disposable | AsyncDisposable)[] = [];
  const use = <T extends Disposable | AsyncDisposable>(one: T): T => {
    started.push(one);
    return one;
  };
  try {
    const store = use(
      openObjectStore(
        join(directory, 'objects.db'),
        historyChanges === undefined ? defaultBounds : { ...defaultBounds, changes: historyChanges },
      ),
    );
    makeNamespaces(store);
    use(endNamespaces(store));
    const node = use(
      await startNode({
        store,
        directory,
        images,
        ...(graceScale !== undefined && { graceScale }),
        ...(path !== undefined && { path }),
      }),
    );
    const controllers = use(startControllers({ store }));
    const credentials = await keptCredentials(directory);
    const { onError = (error) => console.error(error) } = options;
    const server = use(
      await startApiServer({ store, credentials, port, onError, readLog: (...log) => node.readLog(...log) }),
    );
    const kubeconfigPath = await writeKubeconfig(directory, server.url, credentials);
    const running = [node, controllers];
    return {
      url: server.url,
      kubeconfigPath,
      drain() {
        started.splice(0, started.length, ...started.filter((one) => one !== node && one !== controllers));
        return endAll(running);
      },
      [Symbol.asyncDispose]: () => endAll(started),
    };
  } catch (error) {
    await endAll(started);
    throw error;
  }
}

/** Shutdown is start reversed. Doing it twice does nothing more. */
async function endAll(started: (Disposable | AsyncDisposable)[]): Promise<void> {
  for (let last = started.pop(); last; last = started.pop()) {
    if (Symbol.asyncDispose in last) await last[Symbol.asyncDispose]();
    else last[Symbol.dispose]();
  }
}

function makeNamespaces(store: ObjectStore): void {
  for (const [name, labels] of Object.entries(namespaces)) {
    const present = store.get('namespaces', undefined, name);
    const route = { kind: kindOf('namespaces'), watch: false };
    if (!present) {
      createFrom(store, route, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, false);
    } else if (enforceLabel in labels && present.metadata.labels?.[enforceLabel] === undefined) {
      store.update('namespaces', undefined, name, (current) => {
        current.metadata.labels = { ...current.metadata.labels, ...labels };
        return current;
      });
    }
  }
}
