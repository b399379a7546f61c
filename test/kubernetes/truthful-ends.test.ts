import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CancelExperimentDocument } from '../../src/client/generated/graphql.js';
import { temporaryDirectory } from '../support/server-process.js';
import { openCluster, until, type Cluster } from './cluster.js';
import { everyTrial, follow, isComplete, objectsOf, resultsOf, untilNothingIsLeft, type Followed } from './followed.js';
import { apply, install, type Installation } from './installation.js';
import { startProduct, type Product } from './product.js';

const ended: string[] = [];

let directory: ReturnType<typeof temporaryDirectory>;
let cluster: Cluster;
let installation: Installation;
let product: Product;

beforeAll(async () => {
  cluster = openCluster();
  installation = await install(cluster);
  directory = temporaryDirectory();
  const jobSettings = join(directory.path, 'job-settings.yaml');
  writeFileSync(jobSettings, 'ttlSecondsAfterFinished: 30\n');
  product = await startProduct(cluster, installation, { GLADOS_JOB_SETTINGS: jobSettings });
}, 120_000);
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await installation?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
  directory?.[Symbol.dispose]();
}, 60_000);

const jobPath = (id: string) => `/apis/batch/v1/namespaces/${installation.runners}/jobs/glados-${id}`;

/** Every trial is in the results once, and the cluster has no pod and no Secret that the product does not account for. */
async function expectTruthfulEnd({ id, tree }: Followed, trials: number): Promise<void> {
  expect(tree.experiment).toMatchObject({ phase: 'SUCCEEDED', diagnosis: null, counts: { succeeded: trials } });
  expect(await resultsOf(product.client, id)).toEqual(everyTrial(trials));
  const { jobs, pods, secrets } = await objectsOf(cluster, installation, id);
  const owner = jobs.map(({ metadata }) => metadata.uid);
  expect([...tree.jobs.keys()]).toEqual(owner);
  expect(pods.map(({ metadata }) => metadata.uid).sort()).toEqual([...tree.pods.keys()].sort());
  for (const { metadata } of [...pods, ...secrets]) {
    expect(metadata.ownerReferences?.map(({ uid }) => uid)).toEqual(owner);
  }
  expect(secrets).toHaveLength(1);
  ended.push(id);
}

describe('a Job that is deleted behind our back while it runs', () => {
  it.each(['Background', 'Foreground', 'Orphan'])(
    'and its pods by %s: it is made again, and every trial ends once',
    async (propagationPolicy) => {
      await using one = await follow(product.client, { name: propagationPolicy, trials: 24, milliseconds: 300 });
      await one.until('a trial that ended', 60, ({ experiment }) => (experiment?.counts.succeeded ?? 0) > 2);
      const [first] = one.tree.jobs.keys();
      expect((await cluster.ask('DELETE', jobPath(one.id), { propagationPolicy })).status).toBeLessThan(300);
      await one.until('another Job', 60, ({ jobs }) => jobs.size === 1 && !jobs.has(first ?? ''));
      await one.until('the end', 90, (tree) => isComplete(tree) && [...tree.pods.values()].every(({ jobId }) => jobId));
      await expectTruthfulEnd(one, 24);
    },
    200_000,
  );
});

describe('a ResourceQuota without room', () => {
  it('is told within seconds; when it is lifted the experiment goes on by itself', async () => {
    const path = `/api/v1/namespaces/${installation.runners}/resourcequotas`;
    await cluster.create(path, { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } });
    await until('a quota in force', 30, async () => {
      const { status } = await cluster.get<{ status: { hard?: object } }>(`${path}/none`);
      return status.hard;
    });
    await using one = await follow(product.client, { name: 'no room', trials: 4, milliseconds: 10 });
    await one.until('a diagnosis', 10, ({ experiment }) => experiment?.diagnosis?.code === 'QUOTA_EXCEEDED');
    expect(one.tree.experiment).toMatchObject({ phase: 'QUEUED', counts: { waiting: 4 } });
    await cluster.ask('DELETE', `${path}/none`);
    await one.until('the end', 90, isComplete);
    await expectTruthfulEnd(one, 4);
  }, 150_000);
});

describe('an image that is not there', () => {
  it('is told within 2 s after Kubernetes knows; a cancel ends it and leaves nothing', async () => {
    const image = 'localhost/no/such/image:1';
    await using one = await follow(product.client, { name: 'no image', trials: 4, milliseconds: 10, image });
    await until('what Kubernetes says of the image', 60, async () => {
      const { pods } = await objectsOf(cluster, installation, one.id);
      return JSON.stringify(pods).includes('"reason":"ErrImagePull"') ? true : undefined;
    });
    const known = performance.now();
    await one.until('a diagnosis', 10, ({ experiment }) => experiment?.diagnosis?.code === 'IMAGE_PULL');
    expect(performance.now() - known).toBeLessThan(2000);
    expect(one.tree.experiment?.diagnosis?.message).toContain(image);
    expect(one.tree.experiment?.phase).toBe('QUEUED');
    await product.client.request(CancelExperimentDocument, { input: { id: one.id } });
    await one.until('its end', 60, ({ experiment }) => experiment?.phase === 'CANCELLED');
    expect(one.tree.experiment).toMatchObject({ diagnosis: null, counts: { cancelled: 4 } });
    await untilNothingIsLeft(cluster, installation, one.id, 5);
    await one.until('an empty tree', 10, ({ jobs, pods }) => jobs.size + pods.size === 0);
  }, 150_000);
});

describe('the time of ended Jobs', () => {
  it('takes everything along: Jobs, pods and Secrets', async () => {
    expect(ended).toHaveLength(4);
    for (const id of ended) await untilNothingIsLeft(cluster, installation, id, 60);
  }, 120_000);
});

describe('the namespace of the runners', () => {
  it('deleted and made again: it is told meanwhile, then the experiment goes on', async () => {
    const path = `/api/v1/namespaces/${installation.runners}`;
    await using one = await follow(product.client, { name: 'homeless', trials: 60, milliseconds: 500 });
    await one.until('a trial that ended', 60, ({ experiment }) => (experiment?.counts.succeeded ?? 0) > 2);
    await cluster.ask('DELETE', path);
    await one.until('a diagnosis', 60, ({ experiment }) => experiment?.diagnosis?.code === 'JOB_REFUSED');
    expect(one.tree.experiment?.diagnosis?.message).toContain(installation.runners);
    await until('the end of the namespace', 90, async () =>
      (await cluster.ask('GET', path)).status === 404 ? true : undefined,
    );
    await one.until('a tree without pods', 30, ({ pods, jobs }) => pods.size + jobs.size === 0);
    await one.until('trials that wait', 30, ({ experiment }) => experiment?.counts.running === 0);
    expect(one.tree.experiment).toMatchObject({ phase: 'RUNNING', diagnosis: { code: 'JOB_REFUSED' } });
    await apply(cluster, installation);
    await one.until('the end', 120, isComplete);
    await expectTruthfulEnd(one, 60);
  }, 300_000);
});
