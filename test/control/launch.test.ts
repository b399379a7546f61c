import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openConnection, type ClusterConnection } from '../../src/cluster/connection.js';
import { createJobs } from '../../src/cluster/jobs.js';
import { createPods } from '../../src/cluster/pods.js';
import { createExperimentReconciler } from '../../src/control/experiment-reconciler.js';
import type { Reconcile } from '../../src/control/reconciler.js';
import { DisposalStack } from '../../src/disposal.js';
import { openLiveStores, type LiveStores } from '../../src/live-stores.js';
import { startLocalKubernetes } from '../../src/local/kubernetes/cluster.js';
import { countsFor } from '../../src/model/transitions.js';
import { openChangeFeed } from '../../src/store/change-feed.js';
import { createClaims } from '../../src/store/claims.js';
import { createExperiments, type Experiments } from '../../src/store/experiments.js';
import { createTrials, type Trials } from '../../src/store/trials.js';
import { experimentOf } from '../model/experiments.js';
import { openTestDatabase } from '../support/database.js';
import { temporaryDirectory } from '../support/server-process.js';

const stack = new DisposalStack();
const directory = temporaryDirectory();
const namespace = 'glados-runners';
let connection: ClusterConnection;
let experiments: Experiments;
let trials: Trials;
let live: LiveStores;
let reconcilerOn: (connection: ClusterConnection) => Reconcile;

beforeAll(async () => {
  stack.defer(() => directory[Symbol.dispose]());
  const ignore = () => undefined;
  const database = stack.use(await openTestDatabase());
  const images = { waiting: { entrypoint: ['/bin/sh', '-c', 'exec tail -f /dev/null'] } };
  const cluster = stack.use(await startLocalKubernetes({ directory: directory.path, images, graceScale: 0.02 }));
  connection = stack.use(openConnection({ kubeconfigPath: cluster.kubeconfigPath, namespace }));
  experiments = createExperiments(database);
  trials = createTrials(database);
  const feed = stack.use(await openChangeFeed(database, ignore));
  live = openLiveStores({ connection, feed, experiments, trials, onError: ignore }, stack);
  await Promise.all([live.jobs.whenSynced(), live.pods.whenSynced()]);
  reconcilerOn = (through) =>
    createExperimentReconciler({
      experiments,
      trials,
      claims: createClaims(database),
      jobs: createJobs(through, namespace),
      pods: createPods(through, namespace),
      jobSettings: { runnerImage: 'waiting', namespace },
      liveJobs: live.jobs,
      livePods: live.pods,
      tokenFor: (id) => `token-${id}`,
      apiUrl: 'http://127.0.0.1:1/graphql',
      now: Date.now,
    });
}, 60_000);
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
}, 60_000);

/** The connection of a process that dies at its n-th request to the cluster, before or after it was done. */
function dyingAt(nth: number, moment: 'before' | 'after'): ClusterConnection & { readonly requests: number } {
  let requests = 0;
  return {
    ...connection,
    get requests() {
      return requests;
    },
    async request<T>(...args: Parameters<ClusterConnection['request']>): Promise<T> {
      requests += 1;
      if (requests === nth && moment === 'before') throw new Error('killed');
      const answer = await connection.request<T>(...args);
      if (requests === nth) throw new Error('killed');
      return answer;
    },
  };
}

const signal = new AbortController().signal;
const deaths = [1, 2, 3, 4].flatMap((nth) => (['before', 'after'] as const).map((moment) => ({ nth, moment })));

describe('a process that is killed while it launches an experiment', () => {
  it.each(deaths)('$moment its request $nth leaves one Job and one Secret to the next', async ({ nth, moment }) => {
    const id = `launch${nth}${moment}`;
    await experiments.add({
      experiment: { ...experimentOf({ counts: countsFor(3) }), id },
      owner: 'local',
      submissionHash: '',
    });
    const dying = dyingAt(nth, moment);
    await expect(reconcilerOn(dying)(id, signal)).rejects.toThrow('killed');
    expect(dying.requests).toBe(nth);

    await reconcilerOn(connection)(id, signal);
    const { items } = await connection.request<{ items: { metadata: { name: string; uid: string } }[] }>(
      'GET',
      `/apis/batch/v1/namespaces/${namespace}/jobs`,
      { query: { labelSelector: `glados.io/experiment=${id}` } },
    );
    expect(items.map((job) => job.metadata.name)).toEqual([`glados-${id}`]);
    const secret = await connection.request<{
      data: { token: string };
      metadata: { ownerReferences: { uid: string }[] };
    }>('GET', `/api/v1/namespaces/${namespace}/secrets/glados-${id}`);
    expect(Buffer.from(secret.data.token, 'base64').toString()).toBe(`token-${id}`);
    expect(secret.metadata.ownerReferences.map((owner) => owner.uid)).toEqual(items.map((job) => job.metadata.uid));
  });
});
