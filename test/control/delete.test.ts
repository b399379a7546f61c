import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { afterJobGone } from '../../src/model/transitions.js';
import { jobManifest } from '../../src/cluster/job-template.js';
import { experimentOf } from '../model/experiments.js';
import { asks } from '../support/claims.js';
import { namespace, openControlLab, type ControlLab } from '../support/control-lab.js';
import { until } from '../support/until.js';

const at = '2026-11-25T10:00:00.000Z';
let lab: ControlLab;

beforeAll(async () => {
  lab = await openControlLab();
}, 60_000);
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
}, 60_000);

const jobOf = (id: string) => until(lab.live.jobs, (one) => one.experimentId === id);

/** Puts an end to an experiment while its Job runs, as when the last report has just come. */
async function endOf(id: string): Promise<void> {
  await lab.claims.cancel(id, at);
  await lab.claims.change(id, (experiment) => afterJobGone(experiment, at));
}

describe('deleting an experiment', () => {
  it('takes its Job, pods, Secret and trials, also when nobody was there to do it, and nobody else’s', async () => {
    const stranger = { ...experimentOf(), id: 'stranger' };
    await lab.jobs.ensure(jobManifest({ experiment: stranger, namespace, runnerImage: 'waiting' }));
    const first = await lab.start();
    await lab.add('doomed');
    const pod = await until(lab.live.pods, (one) => one.experimentId === 'doomed' && one.phase === 'RUNNING');
    await lab.claims.claim('doomed', asks(pod.id, 2));
    await first[Symbol.asyncDispose]();
    await endOf('doomed');
    await lab.claims.remove('doomed');
    expect(await jobOf('doomed')).toMatchObject({ name: 'glados-doomed' });

    await lab.start();
    await until(lab.live.jobs, (one) => one.experimentId === 'doomed', 'none');
    await until(lab.live.pods, (one) => one.experimentId === 'doomed', 'none');
    const { deletions } = lab.needs();
    while (await deletions.isPending('doomed')) await new Promise(setImmediate);
    expect(await lab.trials.get('doomed', 0)).toBeUndefined();
    const secret = lab.connection.request('GET', `/api/v1/namespaces/${namespace}/secrets/glados-doomed`);
    await expect(secret).rejects.toMatchObject({ status: 404 });
    expect(await jobOf('stranger')).not.toHaveProperty('deletedAt');
  }, 60_000);
});
