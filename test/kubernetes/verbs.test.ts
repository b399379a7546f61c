import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  DeleteExperimentDocument,
  ExperimentDocument,
  PauseExperimentDocument,
  ResumeExperimentDocument,
  RetryTrialsDocument,
} from '../../src/client/generated/graphql.js';
import { isWhole, nodeProgram, submitted, treeWhen, uploadProgram } from '../support/experiments.js';
import { openCluster, until, type Cluster } from './cluster.js';
import { install, type Installation } from './installation.js';
import { startProduct, type Product } from './product.js';

let cluster: Cluster;
let installation: Installation;
let product: Product;

beforeAll(async () => {
  cluster = openCluster();
  installation = await install(cluster);
  product = await startProduct(cluster, installation);
}, 120_000);
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await installation?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
}, 60_000);

interface RawJob {
  readonly metadata: { readonly uid: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: { readonly suspend?: boolean };
}

async function job(id: string): Promise<{ status: number; body: RawJob }> {
  const path = `/apis/batch/v1/namespaces/${installation.runners}/jobs/glados-${id}`;
  return (await cluster.ask('GET', path)) as { status: number; body: RawJob };
}

const input = (id: string) => ({ input: { id } });

describe('on a real cluster, under the Role of deploy/', () => {
  it('an experiment is paused and resumed on the same Job, and every trial ends once', async () => {
    const program = nodeProgram(`setTimeout(() => write({ n: value('n') }), 300);`);
    const id = await submitted(product.client, {
      name: 'paused',
      program: { fileId: await uploadProgram(product.client, 'wait.js', program) },
      parameters: [{ integer: { name: 'n', min: 1, max: 40, step: 1 } }],
      resultFile: 'results.csv',
      workers: 2,
    });
    await treeWhen(product.client, id, ({ experiment }) => (experiment?.counts.succeeded ?? 0) >= 6);
    const before = await job(id);
    await product.client.request(PauseExperimentDocument, input(id));
    const still = await treeWhen(
      product.client,
      id,
      ({ experiment, pods }) => experiment?.counts.running === 0 && pods.size === 0,
    );
    expect(still.experiment).toMatchObject({ phase: 'PAUSED', diagnosis: null });
    expect((await job(id)).body.spec.suspend).toBe(true);
    await product.client.request(ResumeExperimentDocument, input(id));
    const { experiment, trials } = await treeWhen(product.client, id, isWhole);
    expect(experiment).toMatchObject({ phase: 'SUCCEEDED', counts: { total: 40, succeeded: 40 } });
    expect(trials.size).toBe(40);
    expect((await job(id)).body.metadata.uid).toBe(before.body.metadata.uid);
  }, 240_000);

  it('failed trials run again on a Job of their own, and a deleted experiment leaves nothing', async () => {
    const program = nodeProgram(`
      if (value('n') === '2') process.exit(3);
      write({ n: value('n') });`);
    const id = await submitted(product.client, {
      name: 'mended',
      program: { fileId: await uploadProgram(product.client, 'mended.js', program) },
      parameters: [{ integer: { name: 'n', min: 1, max: 3, step: 1 } }],
      resultFile: 'results.csv',
    });
    await treeWhen(product.client, id, isWhole);
    const before = await job(id);
    const { retryTrials } = await product.client.request(RetryTrialsDocument, input(id));
    expect(retryTrials.retried).toBe(1);
    const { experiment } = await treeWhen(
      product.client,
      id,
      (tree) =>
        [...tree.trials.values()].some(({ attempt, phase }) => attempt === 2 && phase === 'FAILED') && isWhole(tree),
    );
    expect(experiment).toMatchObject({ phase: 'FAILED', counts: { succeeded: 2, failed: 1 } });
    const after = await job(id);
    expect(after.body.metadata.uid).not.toBe(before.body.metadata.uid);
    expect(after.body.metadata.annotations['glados.io/retries']).toBe('1');

    const { deleteExperiment } = await product.client.request(DeleteExperimentDocument, input(id));
    expect(deleteExperiment.deletedId).toBe(id);
    expect((await product.client.request(ExperimentDocument, { id })).experiment).toBeNull();
    await until('the Job to go', 60, async () => ((await job(id)).status === 404 ? true : undefined));
    const secret = `/api/v1/namespaces/${installation.runners}/secrets/glados-${id}`;
    await until('the Secret to go', 60, async () =>
      (await cluster.ask('GET', secret)).status === 404 ? true : undefined,
    );
    expect(product.stderr).not.toMatch(/forbidden|403/i);
  }, 240_000);
});
