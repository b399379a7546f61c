import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asks } from '../support/claims.js';
import { openControlLab, type ControlLab } from '../support/control-lab.js';
import { until } from '../support/until.js';

const at = '2026-11-25T10:00:00.000Z';

let lab: ControlLab;

beforeAll(async () => {
  lab = await openControlLab({ backoffLimitPerIndex: 0 });
  await lab.start();
}, 60_000);
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
}, 60_000);

describe('a Job that failed', () => {
  it('is made again while trials end in its life, and ends the experiment when none did', async () => {
    await lab.add('failed');
    const pod = await until(lab.live.pods, (one) => one.experimentId === 'failed' && one.phase === 'RUNNING');
    await lab.claims.claim('failed', asks(pod.id, 1));
    await lab.claims.report(
      'failed',
      pod.id,
      [{ index: 0, attempt: 1, outcome: 'SUCCEEDED', result: [['y', '1']] }],
      at,
    );
    writeFileSync(join(lab.directory, 'exit-token-failed'), '1');
    const again = await until(lab.live.jobs, (job) => job.experimentId === 'failed' && job.id !== pod.jobId);
    expect(again.endedTrialsBefore).toBe(1);
    const ended = await until(lab.live.experiments, (one) => one.id === 'failed' && one.phase === 'FAILED');
    expect(ended.diagnosis).toMatchObject({ code: 'JOB_FAILED' });
    expect(ended.counts).toMatchObject({ succeeded: 1, cancelled: 4, waiting: 0, running: 0 });
  }, 30_000);

  it('says nothing of trials that are run again after the end: they get a Job of their own', async () => {
    await lab.add('retried');
    writeFileSync(join(lab.directory, 'exit-token-retried'), '1');
    await until(lab.live.experiments, (one) => one.id === 'retried' && one.phase === 'FAILED');
    const failed = await until(lab.live.jobs, (job) => job.experimentId === 'retried');
    rmSync(join(lab.directory, 'exit-token-retried'));
    expect((await lab.claims.retry('retried', undefined)).retried).toBe(5);
    const again = await until(lab.live.jobs, (job) => job.experimentId === 'retried' && job.id !== failed.id);
    expect(again).toMatchObject({ retries: 1, endedTrialsBefore: 0 });
    const pod = await until(lab.live.pods, (one) => one.jobId === again.id && one.phase === 'RUNNING');
    expect((await lab.claims.claim('retried', asks(pod.id, 1))).map(({ index }) => index)).toEqual([0]);
    expect(await lab.experiments.get('retried')).toMatchObject({
      phase: 'RUNNING',
      counts: { running: 1, waiting: 4 },
    });
  }, 30_000);
});
