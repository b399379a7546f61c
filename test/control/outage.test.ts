import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openConnection, type ClusterConnection } from '../../src/cluster/connection.js';
import { createJobs } from '../../src/cluster/jobs.js';
import { createPods } from '../../src/cluster/pods.js';
import { startControl } from '../../src/control/control.js';
import { DisposalStack } from '../../src/disposal.js';
import { openLiveStores, type LiveStores } from '../../src/live-stores.js';
import { startLocalKubernetes, type LocalKubernetes } from '../../src/local/kubernetes/cluster.js';
import type { Experiment } from '../../src/model/experiment.js';
import { countsFor } from '../../src/model/transitions.js';
import { openChangeFeed } from '../../src/store/change-feed.js';
import { createClaims } from '../../src/store/claims.js';
import { createExperiments, type Experiments } from '../../src/store/experiments.js';
import { createTrials } from '../../src/store/trials.js';
import { experimentOf } from '../model/experiments.js';
import { openTestDatabase } from '../support/database.js';
import { temporaryDirectory } from '../support/server-process.js';
import { until } from '../support/until.js';

const stack = new DisposalStack();
const directory = temporaryDirectory();
const namespace = 'glados-runners';
let cluster: LocalKubernetes;
let connection: ClusterConnection;
let experiments: Experiments;
let live: LiveStores;

function startCluster(port = 0): Promise<LocalKubernetes> {
  const images = { waiting: { entrypoint: ['/bin/sh', '-c', 'exec tail -f /dev/null'] } };
  return startLocalKubernetes({ directory: directory.path, images, graceScale: 0.02, port });
}

beforeAll(async () => {
  stack.defer(() => directory[Symbol.dispose]());
  const ignore = () => undefined;
  const database = stack.use(await openTestDatabase());
  cluster = await startCluster();
  stack.defer(() => cluster[Symbol.asyncDispose]());
  connection = stack.use(openConnection({ kubeconfigPath: cluster.kubeconfigPath, namespace }));
  experiments = createExperiments(database);
  const trials = createTrials(database);
  const feed = stack.use(await openChangeFeed(database, ignore));
  live = openLiveStores({ connection, feed, experiments, trials, onError: ignore }, stack);
  stack.use(
    await startControl({
      experiments,
      trials,
      claims: createClaims(database),
      jobs: createJobs(connection, namespace),
      pods: createPods(connection, namespace),
      jobSettings: { runnerImage: 'waiting', namespace },
      liveExperiments: live.experiments,
      liveJobs: live.jobs,
      livePods: live.pods,
      tokenFor: (id) => `token-${id}`,
      apiUrl: 'http://127.0.0.1:1/graphql',
      now: Date.now,
      onError: ignore,
    }),
  );
}, 60_000);
afterAll(async () => {
  await stack[Symbol.asyncDispose]();
}, 60_000);

function add(id: string): Promise<Experiment> {
  const experiment = { ...experimentOf({ counts: countsFor(3) }), id };
  return experiments.add({ experiment, owner: 'local', submissionHash: '' });
}

describe('an experiment that is submitted while the cluster', () => {
  it('is away says so, and goes on by itself when it is back', async () => {
    const port = Number(new URL(cluster.url).port);
    await cluster[Symbol.asyncDispose]();
    await add('away');
    const waiting = await until(live.experiments, (one) => one.id === 'away' && one.diagnosis !== undefined);
    expect(waiting).toMatchObject({ phase: 'QUEUED', diagnosis: { code: 'CLUSTER_UNREACHABLE' } });
    cluster = await startCluster(port);
    await until(live.pods, (pod) => pod.experimentId === 'away' && pod.phase === 'RUNNING');
    await until(live.experiments, (one) => one.id === 'away' && one.diagnosis === undefined);
    expect([...live.jobs.values()].filter((job) => job.experimentId === 'away')).toHaveLength(1);
  }, 60_000);

  it('has lost the namespace says what Kubernetes says, and goes on when it is there again', async () => {
    await connection.request('DELETE', `/api/v1/namespaces/${namespace}`);
    await until(live.jobs, () => true, 'none');
    await add('homeless');
    const waiting = await until(live.experiments, (one) => one.id === 'homeless' && one.diagnosis !== undefined);
    expect(waiting).toMatchObject({ phase: 'QUEUED', diagnosis: { code: 'JOB_REFUSED' } });
    expect(waiting.diagnosis?.message).toContain(namespace);
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    const make = async (): Promise<boolean> =>
      connection.request('POST', '/api/v1/namespaces', { body }).then(
        () => true,
        () => false,
      );
    while (!(await make())) await new Promise(setImmediate);
    await until(live.pods, (pod) => pod.experimentId === 'homeless' && pod.phase === 'RUNNING');
    await until(live.experiments, (one) => one.id === 'homeless' && one.diagnosis === undefined);
  }, 60_000);
});
