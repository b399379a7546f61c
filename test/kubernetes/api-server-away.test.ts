import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryDirectory } from '../support/server-process.js';
import { openCluster, until, type Cluster } from './cluster.js';
import { everyTrial, follow, isComplete, objectsOf, resultsOf, type Followed } from './followed.js';
import { openGate, type Call, type Gate } from './gate.js';
import { install, kubeconfigWith, type Installation } from './installation.js';
import { startProduct, type Product } from './product.js';

let directory: ReturnType<typeof temporaryDirectory>;
let cluster: Cluster;
let installation: Installation;
let gate: Gate;
let product: Product;

beforeAll(async () => {
  cluster = openCluster();
  installation = await install(cluster);
  directory = temporaryDirectory();
  const kubeconfigPath = join(directory.path, 'kubeconfig');
  gate = await openGate(cluster.kubeconfigPath);
  const kubeconfig = kubeconfigWith(installation.token, cluster.kubeconfigPath, gate.server);
  writeFileSync(kubeconfigPath, kubeconfig, { mode: 0o600 });
  product = await startProduct(cluster, installation, { KUBECONFIG: kubeconfigPath });
}, 120_000);
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await gate?.[Symbol.asyncDispose]();
  await installation?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
  directory?.[Symbol.dispose]();
}, 60_000);

// Also after a test that failed while it was shut.
afterEach(() => gate.open());

const makesJob = ({ method, path }: Call) => method === 'POST' && /\/jobs(\?|$)/.test(path);
const makesSecret = ({ method, path }: Call) => method === 'POST' && path.endsWith('/secrets');

/** Every trial once, in a phase without a word that is no longer true, from one Job and one Secret. */
async function expectTruthfulEnd({ id, tree }: Followed, trials: number): Promise<void> {
  expect(tree.experiment).toMatchObject({ phase: 'SUCCEEDED', diagnosis: null, counts: { succeeded: trials } });
  expect(tree.freshness?.staleSince ?? null).toBeNull();
  expect(await resultsOf(product.client, id)).toEqual(everyTrial(trials));
  const { jobs, pods, secrets } = await objectsOf(cluster, installation, id);
  expect(jobs.map(({ metadata }) => metadata.uid)).toEqual([...tree.jobs.keys()]);
  expect(pods.map(({ metadata }) => metadata.uid).sort()).toEqual([...tree.pods.keys()].sort());
  expect(secrets.map(({ metadata }) => metadata.ownerReferences?.[0]?.uid)).toEqual([...tree.jobs.keys()]);
}

const untilSaid = (one: Followed) =>
  one.until('word of the silence', 15, ({ experiment, freshness }) => {
    return experiment?.diagnosis?.code === 'CLUSTER_UNREACHABLE' && Boolean(freshness?.staleSince);
  });

describe('an API server that goes away', () => {
  it('before an experiment is submitted: it waits, says why, and goes on', async () => {
    await gate.shut();
    await using one = await follow(product.client, { name: 'before', trials: 4, milliseconds: 10 });
    await untilSaid(one);
    expect(one.tree.experiment?.phase).toBe('QUEUED');
    expect((await objectsOf(cluster, installation, one.id)).jobs).toEqual([]);
    await gate.open();
    await one.until('the end', 60, isComplete);
    await expectTruthfulEnd(one, 4);
  }, 120_000);

  it.each([
    ['when the Secret is to be made', 'before', makesSecret, { secrets: 0, jobs: 0 }],
    ['between Secret and Job', 'before', makesJob, { secrets: 1, jobs: 0 }],
    ['when the Job is made, before it says so', 'after', makesJob, { secrets: 1, jobs: 1 }],
  ] as const)(
    '%s: one of each is made',
    async (name, moment, wanted, there) => {
      const isShut = gate.shutAt(moment, wanted);
      await using one = await follow(product.client, { name, trials: 4, milliseconds: 10, workers: 1 });
      await isShut;
      const { jobs, secrets } = await objectsOf(cluster, installation, one.id);
      expect({ secrets: secrets.length, jobs: jobs.length }).toEqual(there);
      await untilSaid(one);
      await gate.open();
      await one.until('the end', 60, isComplete);
      await expectTruthfulEnd(one, 4);
    },
    120_000,
  );

  it('for a minute while trials run, and a pod is lost in it: they run on, and the lost ones run again', async () => {
    const trials = 140;
    await using one = await follow(product.client, { name: 'a minute', trials, milliseconds: 900 });
    await one.until('a trial that ended', 60, ({ experiment }) => (experiment?.counts.succeeded ?? 0) > 2);
    await gate.shut();
    const shutAt = Date.now();
    await untilSaid(one);
    const before = one.tree.experiment?.counts.succeeded ?? 0;
    const [victim] = (await objectsOf(cluster, installation, one.id)).pods;
    const path = `/api/v1/namespaces/${installation.runners}/pods/${victim?.metadata.name}`;
    expect(await cluster.ask('DELETE', path, { gracePeriodSeconds: 0 })).toMatchObject({ status: 200 });
    await until('the end of a minute', 70, async () => (Date.now() - shutAt > 60_000 ? true : undefined));
    expect(one.tree.experiment).toMatchObject({ phase: 'RUNNING', diagnosis: { code: 'CLUSTER_UNREACHABLE' } });
    expect(one.tree.experiment?.counts.succeeded).toBeGreaterThan(before + 20);
    await gate.open();
    await one.until('a silence that is over', 40, ({ experiment }) => experiment?.diagnosis == null);
    await one.until('the end', 120, isComplete);
    await expectTruthfulEnd(one, trials);
  }, 300_000);

  it('at the end: the experiment ends by what its runners report, and the Job is seen to end afterwards', async () => {
    await using one = await follow(product.client, { name: 'the end', trials: 12, milliseconds: 500 });
    await one.until('the second half', 60, ({ experiment }) => (experiment?.counts.succeeded ?? 0) > 6);
    await gate.shut();
    await one.until('the end of its trials', 30, ({ experiment }) => experiment?.phase === 'SUCCEEDED');
    await until('stale Jobs and pods', 10, async () => (one.tree.freshness?.staleSince ? true : undefined));
    expect(one.tree.experiment?.diagnosis).toBeNull();
    await gate.open();
    await one.until('the end', 60, isComplete);
    await one.until('a source that is current', 40, ({ freshness }) => !freshness?.staleSince);
    await expectTruthfulEnd(one, 12);
  }, 150_000);
});
