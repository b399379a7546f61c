import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Controller } from '../../src/control/controller.js';
import { asks } from '../support/claims.js';
import { openControlLab, type ControlLab } from '../support/control-lab.js';
import { until } from '../support/until.js';

const at = '2026-11-25T10:00:00.000Z';

let lab: ControlLab;
let control: Controller;

beforeAll(async () => {
  lab = await openControlLab();
  control = await lab.start();
}, 60_000);
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
}, 60_000);

describe('the experiment reconciler', () => {
  it('makes one Secret and one Job for an experiment, however often it is asked', async () => {
    await lab.add('once', { workers: 2 });
    const job = await until(lab.live.jobs, (one) => one.experimentId === 'once');
    for (let n = 0; n < 10; n += 1) control.add('once');
    await until(lab.live.pods, (pod) => pod.experimentId === 'once' && pod.completionIndex === 1);
    expect(job).toMatchObject({ name: 'glados-once', parallelism: 2, completions: 2 });
    expect([...lab.live.jobs.values()].filter((one) => one.experimentId === 'once')).toHaveLength(1);
    const read = () =>
      lab.connection.request<{ data: Record<string, string>; metadata: { ownerReferences?: object[] } }>(
        'GET',
        '/api/v1/namespaces/glados-runners/secrets/glados-once',
      );
    let secret = await read();
    while (!secret.metadata.ownerReferences) secret = await read();
    expect(Buffer.from(secret.data.token ?? '', 'base64').toString()).toBe('token-once');
    expect(secret.metadata.ownerReferences).toMatchObject([{ kind: 'Job', uid: job.id }]);
  }, 30_000);

  it('makes a Job again that somebody deleted', async () => {
    await lab.add('deleted');
    const first = await until(lab.live.jobs, (one) => one.experimentId === 'deleted');
    await lab.jobs.delete(first.name, { propagation: 'Background' });
    const second = await until(lab.live.jobs, (one) => one.experimentId === 'deleted' && one.id !== first.id);
    expect(second.name).toBe(first.name);
  }, 30_000);

  it('takes back what a pod held that is gone, and gives the experiment another pod', async () => {
    await lab.add('lost');
    const pod = await until(lab.live.pods, (one) => one.experimentId === 'lost' && one.phase === 'RUNNING');
    await lab.claims.claim('lost', asks(pod.id, 3));
    await until(lab.live.experiments, (one) => one.id === 'lost' && one.counts.waiting === 2);
    await lab.connection.request('DELETE', `/api/v1/namespaces/glados-runners/pods/${pod.name}`, {
      body: { gracePeriodSeconds: 0 },
    });
    await until(lab.live.experiments, (one) => one.id === 'lost' && one.counts.waiting === 5);
    expect(await lab.trials.get('lost', 0)).toMatchObject({ phase: 'WAITING', podLosses: 1 });
  }, 30_000);

  it('brings back a Secret that went with an earlier Job', async () => {
    await lab.add('secret');
    await until(lab.live.pods, (one) => one.experimentId === 'secret' && one.phase === 'RUNNING');
    await lab.jobs.deleteSecret('glados-secret');
    const path = '/api/v1/namespaces/glados-runners/secrets/glados-secret';
    const isBack = async (): Promise<boolean> =>
      lab.connection.request('GET', path).then(
        () => true,
        () => false,
      );
    while (!(await isBack())) await new Promise(setImmediate);
    expect(await isBack()).toBe(true);
  }, 30_000);

  it('leaves no Secret of an experiment that was cancelled before it had a Job', async () => {
    const path = '/api/v1/namespaces/glados-runners/secrets';
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'glados-early' }, stringData: { token: 'x' } };
    await lab.connection.request('POST', path, { body });
    await lab.add('early', { phase: 'CANCELLING' });
    await until(lab.live.experiments, (one) => one.id === 'early' && one.phase === 'CANCELLED');
    await expect(lab.connection.request('GET', `${path}/glados-early`)).rejects.toMatchObject({ status: 404 });
  }, 30_000);

  it('ends the pods of a cancelled experiment before it is CANCELLED', async () => {
    await lab.add('cancelled');
    await until(lab.live.pods, (one) => one.experimentId === 'cancelled' && one.phase === 'RUNNING');
    await lab.claims.cancel('cancelled', at);
    await until(lab.live.experiments, (one) => one.id === 'cancelled' && one.phase === 'CANCELLED');
    expect([...lab.live.pods.values()].filter((pod) => pod.experimentId === 'cancelled')).toEqual([]);
    expect(await lab.jobs.get('glados-cancelled')).toBeUndefined();
  }, 30_000);
});
