import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openConnection, type ClusterConnection } from '../../src/cluster/connection.js';
import { createJobs, type Jobs } from '../../src/cluster/jobs.js';
import { createPods } from '../../src/cluster/pods.js';
import { startControl } from '../../src/control/control.js';
import type { Controller } from '../../src/control/controller.js';
import { DisposalStack } from '../../src/disposal.js';
import { openLiveStores, type LiveStores } from '../../src/live-stores.js';
import { startLocalKubernetes } from '../../src/local/kubernetes/cluster.js';
import type { Experiment } from '../../src/model/experiment.js';
import { countsFor } from '../../src/model/transitions.js';
import { openChangeFeed } from '../../src/store/change-feed.js';
import { createClaims, type Claims } from '../../src/store/claims.js';
import { createExperiments, type Experiments } from '../../src/store/experiments.js';
import { createTrials, type Trials } from '../../src/store/trials.js';
import { experimentOf } from '../model/experiments.js';
import { asks } from '../support/claims.js';
import { openTestDatabase } from '../support/database.js';
import { temporaryDirectory } from '../support/server-process.js';
import { until } from '../support/until.js';

const stack = new DisposalStack();
const directory = temporaryDirectory();
const at = '2026-11-25T10:00:00.000Z';
let connection: ClusterConnection;
let experiments: Experiments;
let trials: Trials;
let claims: Claims;
let jobs: Jobs;
let live: LiveStores;
let control: Controller;

/** What fails here is tried again, and a test that needs it waits for the outcome. */
const ignore = () => undefined;

/** Pods run a shell line in the place of a runner: it waits for a file, then exits as the file says. */
const script = `until [ -e ${directory.path}/exit-$GLADOS_TOKEN ]; do sleep 0.05; done; exit $(cat ${directory.path}/exit-$GLADOS_TOKEN)`;

beforeAll(async () => {
  stack.defer(() => directory[Symbol.dispose]());
  const database = stack.use(await openTestDatabase());
  const images = { waiting: { entrypoint: ['/bin/sh', '-c', script] } };
  const cluster = stack.use(await startLocalKubernetes({ directory: directory.path, images, graceScale: 0.02 }));
  connection = stack.use(openConnection({ kubeconfigPath: cluster.kubeconfigPath, namespace: 'glados-runners' }));
  experiments = createExperiments(database);
  trials = createTrials(database);
  claims = createClaims(database);
  jobs = createJobs(connection, 'glados-runners');
  const feed = stack.use(await openChangeFeed(database, ignore));
  live = openLiveStores({ connection, feed, experiments, trials, onError: ignore }, stack);
  control = stack.use(
    await startControl({
      experiments,
      trials,
      claims,
      jobs,
      pods: createPods(connection, 'glados-runners'),
      jobSettings: { runnerImage: 'waiting', namespace: 'glados-runners', backoffLimitPerIndex: 0 },
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

function add(id: string, changes: Partial<Experiment> = {}): Promise<Experiment> {
  const experiment = { ...experimentOf({ counts: countsFor(5) }), ...changes, id };
  return experiments.add({ experiment, owner: 'local', submissionHash: '' });
}

describe('the experiment reconciler', () => {
  it('makes one Secret and one Job for an experiment, however often it is asked', async () => {
    await add('once', { workers: 2 });
    const job = await until(live.jobs, (one) => one.experimentId === 'once');
    for (let n = 0; n < 10; n += 1) control.add('once');
    await until(live.pods, (pod) => pod.experimentId === 'once' && pod.completionIndex === 1);
    expect(job).toMatchObject({ name: 'glados-once', parallelism: 2, completions: 2 });
    expect([...live.jobs.values()].filter((one) => one.experimentId === 'once')).toHaveLength(1);
    const secret = await connection.request<{ data: Record<string, string>; metadata: { ownerReferences: object[] } }>(
      'GET',
      '/api/v1/namespaces/glados-runners/secrets/glados-once',
    );
    expect(Buffer.from(secret.data.token ?? '', 'base64').toString()).toBe('token-once');
    expect(secret.metadata.ownerReferences).toMatchObject([{ kind: 'Job', uid: job.id }]);
  }, 30_000);

  it('makes a Job again that somebody deleted', async () => {
    await add('deleted');
    const first = await until(live.jobs, (one) => one.experimentId === 'deleted');
    await jobs.delete(first.name, { propagation: 'Background' });
    const second = await until(live.jobs, (one) => one.experimentId === 'deleted' && one.id !== first.id);
    expect(second.name).toBe(first.name);
  }, 30_000);

  it('takes back what a pod held that is gone, and gives the experiment another pod', async () => {
    await add('lost');
    const pod = await until(live.pods, (one) => one.experimentId === 'lost' && one.phase === 'RUNNING');
    await claims.claim('lost', asks(pod.id, 3));
    await connection.request('DELETE', `/api/v1/namespaces/glados-runners/pods/${pod.name}`, {
      body: { gracePeriodSeconds: 0 },
    });
    await until(live.experiments, (one) => one.id === 'lost' && one.counts.waiting === 5);
    expect(await trials.get('lost', 0)).toMatchObject({ phase: 'WAITING', podLosses: 1 });
  }, 30_000);

  it('makes a failed Job again while trials end in its life, and ends the experiment when none did', async () => {
    await add('failed');
    const pod = await until(live.pods, (one) => one.experimentId === 'failed' && one.phase === 'RUNNING');
    await claims.claim('failed', asks(pod.id, 1));
    await claims.report('failed', pod.id, [{ index: 0, attempt: 1, outcome: 'SUCCEEDED', result: [['y', '1']] }], at);
    writeFileSync(join(directory.path, 'exit-token-failed'), '1');
    const again = await until(live.jobs, (job) => job.experimentId === 'failed' && job.id !== pod.jobId);
    expect(again.endedTrialsBefore).toBe(1);
    const ended = await until(live.experiments, (one) => one.id === 'failed' && one.phase === 'FAILED');
    expect(ended.diagnosis).toMatchObject({ code: 'JOB_FAILED' });
    expect(ended.counts).toMatchObject({ succeeded: 1, cancelled: 4, waiting: 0, running: 0 });
  }, 30_000);

  it('brings back a Secret that went with an earlier Job', async () => {
    await add('secret');
    await until(live.pods, (one) => one.experimentId === 'secret' && one.phase === 'RUNNING');
    await jobs.deleteSecret('glados-secret');
    const path = '/api/v1/namespaces/glados-runners/secrets/glados-secret';
    const isBack = async (): Promise<boolean> =>
      connection.request('GET', path).then(
        () => true,
        () => false,
      );
    while (!(await isBack())) await new Promise(setImmediate);
    expect(await isBack()).toBe(true);
  }, 30_000);

  it('ends the pods of a cancelled experiment before it is CANCELLED', async () => {
    await add('cancelled');
    await until(live.pods, (one) => one.experimentId === 'cancelled' && one.phase === 'RUNNING');
    await claims.cancel('cancelled', at);
    await until(live.experiments, (one) => one.id === 'cancelled' && one.phase === 'CANCELLED');
    expect([...live.pods.values()].filter((pod) => pod.experimentId === 'cancelled')).toEqual([]);
    expect(await jobs.get('glados-cancelled')).toBeUndefined();
  }, 30_000);
});
