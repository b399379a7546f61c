import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ResultsDocument } from '../../src/client/generated/graphql.js';
import { createTree, type Tree } from '../../src/client/tree-store.js';
import { isWhole, nodeProgram, submitted, uploadProgram } from '../support/experiments.js';
import { openCluster, until, type Cluster } from './cluster.js';
import { install, type Installation } from './installation.js';
import { runnerProcess } from './node-processes.js';
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

const trials = 200;
const program = nodeProgram(`setTimeout(() => write({ n: value('n'), index: process.env.GLADOS_TRIAL }), 200);`);

describe('an experiment of 200 trials with two workers on a real cluster, under the Role of deploy/', () => {
  it('loses a pod and a process in the middle, and reports every trial exactly once', async () => {
    const id = await submitted(product.client, {
      name: 'through real pods',
      program: { fileId: await uploadProgram(product.client, 'wait.js', program) },
      parameters: [{ integer: { name: 'n', min: 0, max: trials - 1, step: 1 } }],
      resultFile: 'results.csv',
      workers: 2,
    });
    const harm = [
      { after: 40, what: deletePod },
      { after: 100, what: killProcess },
    ];
    const finalAt = new Map<string, string | null>();
    const harmed = new Set<string>();
    const tree = createTree();
    for await (const change of product.client.experimentTree({ id })) {
      tree.apply(change);
      for (const trial of tree.trials.values()) {
        if (trial.phase !== 'SUCCEEDED') continue;
        if (!finalAt.has(trial.id)) finalAt.set(trial.id, trial.finishedAt);
        expect(trial.finishedAt).toBe(finalAt.get(trial.id));
      }
      const next = harm[0];
      if (next && finalAt.size >= next.after) {
        harm.shift();
        harmed.add(await next.what(tree, harmed));
      }
      if (isWhole(tree) && isComplete(tree)) break;
    }

    expect(harmed.size).toBe(2);
    expect(tree.experiment).toMatchObject({ phase: 'SUCCEEDED', counts: { total: trials, succeeded: trials } });
    expect(tree.trials.size).toBe(trials);
    expect(await resultRows(id)).toEqual(Array.from({ length: trials }, (_, n) => Array(4).fill(String(n))));
    await expectJobAsKubernetesSays(id, tree);
    expect(product.stderr).not.toMatch(/forbidden|403/i);
  }, 300_000);
});

/** As `kubectl delete pod --grace-period=0 --force` does. */
async function deletePod(tree: Tree, harmed: ReadonlySet<string>): Promise<string> {
  const { id, name } = await runningPod(tree, harmed);
  const path = `/api/v1/namespaces/${installation.runners}/pods/${name}`;
  expect(await cluster.ask('DELETE', path, { gracePeriodSeconds: 0 })).toMatchObject({ status: 200 });
  return id;
}

/** As the kernel does when memory is short: the cluster is told nothing. */
async function killProcess(tree: Tree, harmed: ReadonlySet<string>): Promise<string> {
  const { id } = await runningPod(tree, harmed);
  const processId = runnerProcess(id);
  if (processId === undefined) {
    throw new Error('The pod runs on another machine: this test has to run on the node, as root, to kill its process.');
  }
  process.kill(processId, 'SIGKILL');
  return id;
}

interface RawPods {
  readonly items: readonly {
    readonly metadata: { readonly uid: string; readonly name: string };
    readonly status: {
      readonly phase: string;
      readonly containerStatuses?: readonly {
        readonly state: { readonly terminated?: { readonly exitCode: number } };
      }[];
    };
  }[];
}

function podsOf(experimentId: string): Promise<RawPods> {
  const selector = encodeURIComponent(`glados.io/experiment=${experimentId}`);
  return cluster.get(`/api/v1/namespaces/${installation.runners}/pods?labelSelector=${selector}`);
}

function runningPod(tree: Tree, harmed: ReadonlySet<string>): Promise<{ id: string; name: string }> {
  return until('a running pod', 60, async () => {
    const { items } = await podsOf(tree.experiment?.id ?? '');
    const pod = items.find(({ metadata, status }) => status.phase === 'Running' && !harmed.has(metadata.uid));
    return pod && { id: pod.metadata.uid, name: pod.metadata.name };
  });
}

function isComplete(tree: Tree): boolean {
  return [...tree.jobs.values()].some(({ conditions }) =>
    conditions.some(({ type, status }) => type === 'Complete' && status === 'True'),
  );
}

/** Trial, the program's n and index, and the parameter n, of each row, in the order of trials. */
async function resultRows(id: string): Promise<string[][]> {
  const rows: string[][] = [];
  let after: string | null | undefined;
  do {
    const { experiment } = await product.client.request(ResultsDocument, { id, first: 100, after: after ?? null });
    for (const row of experiment?.results.rows ?? []) rows.push(row.map(String));
    after = experiment?.results.pageInfo.hasNextPage ? experiment.results.pageInfo.endCursor : null;
  } while (after);
  return rows;
}

/** Complete, with one success per worker; each pod that Kubernetes counts as one ended by itself with 0. */
async function expectJobAsKubernetesSays(id: string, tree: Tree): Promise<void> {
  const path = `/apis/batch/v1/namespaces/${installation.runners}/jobs/glados-${id}`;
  const job = await cluster.get<{
    status: { succeeded: number; completedIndexes: string; conditions: { type: string; status: string }[] };
  }>(path);
  expect(job.status).toMatchObject({ succeeded: 2, completedIndexes: '0,1' });
  expect(job.status.conditions).toContainEqual(expect.objectContaining({ type: 'Complete', status: 'True' }));
  expect([...tree.jobs.values()]).toMatchObject([{ succeeded: 2, active: 0 }]);
  const { items } = await podsOf(id);
  const succeeded = items.filter(({ status }) => status.phase === 'Succeeded');
  expect(succeeded.map(({ status }) => status.containerStatuses?.[0]?.state.terminated?.exitCode)).toEqual([0, 0]);
  expect(items.filter(({ status }) => status.phase === 'Running' || status.phase === 'Pending')).toEqual([]);
}
