import { startControllers } from '../../../../src/local/kubernetes/controllers/controllers.js';
import type { Job, JobStatus } from '../../../../src/local/kubernetes/controllers/job.js';
import type { Pod } from '../../../../src/local/kubernetes/node/pod.js';
import { openObjectStore } from '../../../../src/local/kubernetes/object-store.js';
import type { KubernetesObject, ObjectStore } from '../../../../src/local/kubernetes/objects.js';

/** Controllers on a store of their own; pods become what the test says. */
export interface Bench extends AsyncDisposable {
  readonly store: ObjectStore;
  job(name: string, spec: object, more?: object): Job;
  getJob(name: string): Job | undefined;
  pods(): Pod[];
  /** Resolves when the world is so; at once if it is. */
  until(is: () => boolean): Promise<void>;
  /** As a node reports the end of a pod. */
  end(pod: Pod, exitCode: number, conditions?: object[]): void;
  /** Ends the controllers and starts others on the same store. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export function object(kind: string, name: string, fields: object, metadata: object = {}): KubernetesObject {
  const apiVersion = kind === 'Job' ? 'batch/v1' : 'v1';
  const identity = { name, namespace: 'default', uid: '', resourceVersion: '', creationTimestamp: '' };
  return { apiVersion, kind, metadata: { ...identity, ...metadata }, ...fields };
}

export function openBench(): Bench {
  const store = openObjectStore(':memory:');
  const { namespace: _none, ...metadata } = object('Namespace', 'default', {}).metadata;
  store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
  let controllers = startControllers({ store });
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'any' }] } };
  const stop = async (): Promise<void> => controllers[Symbol.asyncDispose]();
  return {
    store,
    job: (name, spec, more = {}) =>
      store.create('jobs', object('Job', name, { spec: { template, backoffLimit: 6, ...spec }, ...more })) as Job,
    getJob: (name) => store.get('jobs', 'default', name) as Job | undefined,
    pods: () => store.list('pods', 'default') as Pod[],
    async until(is) {
      if (is()) return;
      await new Promise<void>((resolve) => {
        const forget = store.onChange(() => {
          if (!is()) return;
          forget();
          resolve();
        });
      });
    },
    end(pod, exitCode, conditions = []) {
      const now = new Date().toISOString();
      const terminated = { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt: now, finishedAt: now };
      store.update('pods', 'default', pod.metadata.name, (current) => ({
        ...current,
        status: {
          phase: exitCode === 0 ? 'Succeeded' : 'Failed',
          conditions,
          containerStatuses: [{ name: 'main', state: { terminated }, lastState: {}, restartCount: 0 }],
        },
      }));
    },
    stop,
    async restart() {
      await stop();
      controllers = startControllers({ store });
    },
    async [Symbol.asyncDispose]() {
      await stop();
      store[Symbol.dispose]();
    },
  };
}

export function conditionTypes({ conditions = [] }: JobStatus = {}): string[] {
  return conditions.map(({ type, status }) => `${type}=${status}`);
}
