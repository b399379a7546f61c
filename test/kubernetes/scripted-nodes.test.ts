import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DisposalStack } from '../../src/disposal.js';
import { startServer, temporaryDirectory, type ServerProcess } from '../support/server-process.js';
import { openCluster, type Cluster } from './cluster.js';
import { cordon, evict } from './drain.js';
import { everyTrial, follow, isComplete, objectsOf, resultsOf, type Followed } from './followed.js';
import { install, type Installation } from './installation.js';
import { groupLabel, startNode, type ScriptedNode } from './scripted-node.js';

const group = `n${randomBytes(4).toString('hex')}`;
const nodes: ScriptedNode[] = [];

let directory: ReturnType<typeof temporaryDirectory>;
let cluster: Cluster;
let installation: Installation;
let product: ServerProcess;

beforeAll(async () => {
  cluster = openCluster();
  installation = await install(cluster);
  directory = temporaryDirectory();
  const jobSettings = join(directory.path, 'job-settings.yaml');
  const toleration = { key: groupLabel, operator: 'Equal', value: group, effect: 'NoSchedule' };
  writeFileSync(jobSettings, JSON.stringify({ nodeSelector: { [groupLabel]: group }, tolerations: [toleration] }));
  for (const n of [1, 2, 3]) {
    const name = `${group}-${n}`;
    nodes.push(await startNode({ cluster, name, namespace: installation.runners, group, pods: 2 }));
  }
  product = await startServer(['--ephemeral'], 0, {
    KUBECONFIG: installation.kubeconfigPath,
    GLADOS_NAMESPACE: installation.runners,
    GLADOS_RUNNER_IMAGE: 'localhost/glados/runner:scripted',
    GLADOS_JOB_SETTINGS: jobSettings,
  });
}, 60_000);
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  for (const node of nodes) await node[Symbol.asyncDispose]();
  await installation?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
  directory?.[Symbol.dispose]();
}, 60_000);

async function running(name: string, trials: number): Promise<Followed> {
  const one = await follow(product.client, { name, trials, milliseconds: 300, workers: 4 });
  await one.until('all its pods', 60, ({ pods }) => {
    return [...pods.values()].filter(({ phase }) => phase === 'RUNNING').length === 4;
  });
  await one.until('a trial that ended', 30, ({ experiment }) => (experiment?.counts.succeeded ?? 0) > 4);
  return one;
}

const busiest = () => nodes.reduce((best, node) => (node.running > best.running ? node : best));

/** What runs on a node, by the cluster's word. */
async function podsOn({ name }: ScriptedNode, { id }: Followed) {
  const { pods } = await objectsOf(cluster, installation, id);
  return pods.filter(({ spec }) => spec.nodeName === name);
}

async function expectTruthfulEnd({ id, tree }: Followed, trials: number): Promise<void> {
  expect(tree.experiment).toMatchObject({ phase: 'SUCCEEDED', diagnosis: null, counts: { succeeded: trials } });
  expect(await resultsOf(product.client, id)).toEqual(everyTrial(trials));
  expect([...tree.jobs.values()]).toMatchObject([{ succeeded: 4, failed: 0 }]);
}

// In the words by which the suites that need no kubelet are chosen.
describe('Kubernetes objects of three nodes that the test plays', () => {
  it('one node drained: its pods go to the others, no attempt is counted, every trial ends once', async () => {
    await using one = await running('one of three is drained', 60);
    const drained = busiest();
    const moved = await podsOn(drained, one);
    expect(moved.length).toBeGreaterThan(0);
    {
      await using _cordoned = await cordon(cluster, drained.name);
      for (const { metadata } of moved) expect(await evict(cluster, installation.runners, metadata.name)).toBe(201);
      await one.until('four pods elsewhere', 60, ({ pods, experiment }) => {
        const there = [...pods.values()].filter(
          ({ nodeName, phase }) => phase === 'RUNNING' && nodeName !== drained.name,
        );
        return there.length === 4 || experiment?.phase === 'SUCCEEDED';
      });
      await one.until('the end', 60, isComplete);
    }
    expect(drained.running).toBe(0);
    await expectTruthfulEnd(one, 60);
  }, 120_000);

  it('all three drained: the experiment waits and says so, until one is back', async () => {
    await using one = await running('all are drained', 60);
    {
      await using cordons = new DisposalStack();
      for (const { name } of nodes) cordons.use(await cordon(cluster, name));
      const { pods } = await objectsOf(cluster, installation, one.id);
      for (const { metadata } of pods) expect(await evict(cluster, installation.runners, metadata.name)).toBe(201);
      await one.until('a diagnosis', 60, ({ experiment }) => {
        return experiment?.diagnosis?.code === 'UNSCHEDULABLE_OTHER' && experiment.counts.running === 0;
      });
      expect(one.tree.experiment?.phase).toBe('RUNNING');
    }
    await one.until('the end', 90, isComplete);
    await expectTruthfulEnd(one, 60);
  }, 150_000);

  it('one loses its power and is declared out of service: its trials run elsewhere, each once', async () => {
    await using one = await running('a node is lost', 80);
    const lost = busiest();
    expect((await podsOn(lost, one)).length).toBeGreaterThan(0);
    await lost.fail();
    const path = `/api/v1/nodes/${lost.name}`;
    // As the node controller does after a while, and then an operator who has looked.
    const silent = { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' };
    await cluster.patch(`${path}/status`, { status: { conditions: [silent] } });
    const outOfService = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' };
    await cluster.patch(path, { spec: { taints: [outOfService] } });
    await one.until('the end', 150, isComplete);
    await expectTruthfulEnd(one, 80);
    expect((await podsOn(lost, one)).filter(({ status }) => status.phase === 'Running')).toEqual([]);
  }, 240_000);
});
