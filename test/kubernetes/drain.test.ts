import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openCluster, type Cluster } from './cluster.js';
import { cordon, evict } from './drain.js';
import { everyTrial, follow, isComplete, objectsOf, resultsOf } from './followed.js';
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

describe('the only node, drained while an experiment runs', () => {
  it('costs no attempt: the pods are told as evicted, the others as waiting for a node, and every trial ends once', async () => {
    const trials = 40;
    await using one = await follow(product.client, { name: 'drained', trials, milliseconds: 300 });
    await one.until('a trial that ended', 60, ({ experiment }) => (experiment?.counts.succeeded ?? 0) > 4);
    const { pods } = await objectsOf(cluster, installation, one.id);
    const codesOfPods = new Set<string>();
    {
      await using _cordoned = await cordon(cluster, pods[0]?.spec.nodeName ?? '');
      for (const { metadata } of pods) expect(await evict(cluster, installation.runners, metadata.name)).toBe(201);
      await one.until('a diagnosis', 60, (tree) => {
        for (const { diagnosis } of tree.pods.values()) if (diagnosis) codesOfPods.add(diagnosis.code);
        return tree.experiment?.diagnosis?.code === 'UNSCHEDULABLE_OTHER' && tree.experiment.counts.running === 0;
      });
    }
    expect(one.tree.experiment?.phase).toBe('RUNNING');
    expect(codesOfPods).toContain('EVICTED');
    await one.until('the end', 120, isComplete);
    expect(one.tree.experiment).toMatchObject({ phase: 'SUCCEEDED', diagnosis: null, counts: { succeeded: trials } });
    expect(await resultsOf(product.client, one.id)).toEqual(everyTrial(trials));
    expect([...one.tree.jobs.values()]).toMatchObject([{ succeeded: 2, failed: 0 }]);
  }, 240_000);
});
