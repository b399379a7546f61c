import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClusterConnection } from '../../src/cluster/connection.js';
import { createExperimentReconciler } from '../../src/control/experiment-reconciler.js';
import { namespace, openControlLab, type ControlLab } from '../support/control-lab.js';

let lab: ControlLab;

beforeAll(async () => {
  lab = await openControlLab();
}, 60_000);
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
}, 60_000);

const reconcilerOn = (through: ClusterConnection) => createExperimentReconciler(lab.needs(through));

/** The connection of a process that dies at its n-th request to the cluster, before or after it was done. */
function dyingAt(nth: number, moment: 'before' | 'after'): ClusterConnection & { readonly requests: number } {
  let requests = 0;
  return {
    ...lab.connection,
    get requests() {
      return requests;
    },
    async request<T>(...args: Parameters<ClusterConnection['request']>): Promise<T> {
      requests += 1;
      if (requests === nth && moment === 'before') throw new Error('killed');
      const answer = await lab.connection.request<T>(...args);
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
    await lab.add(id);
    const dying = dyingAt(nth, moment);
    await expect(reconcilerOn(dying)(id, signal)).rejects.toThrow('killed');
    expect(dying.requests).toBe(nth);

    await reconcilerOn(lab.connection)(id, signal);
    const { items } = await lab.connection.request<{ items: { metadata: { name: string; uid: string } }[] }>(
      'GET',
      `/apis/batch/v1/namespaces/${namespace}/jobs`,
      { query: { labelSelector: `glados.io/experiment=${id}` } },
    );
    expect(items.map((job) => job.metadata.name)).toEqual([`glados-${id}`]);
    const secret = await lab.connection.request<{
      data: { token: string };
      metadata: { ownerReferences: { uid: string }[] };
    }>('GET', `/api/v1/namespaces/${namespace}/secrets/glados-${id}`);
    expect(Buffer.from(secret.data.token, 'base64').toString()).toBe(`token-${id}`);
    expect(secret.metadata.ownerReferences.map((owner) => owner.uid)).toEqual(items.map((job) => job.metadata.uid));
  });
});
