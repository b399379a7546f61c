import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { paused, resumed } from '../../src/model/verbs.js';
import { asks } from '../support/claims.js';
import { openControlLab, type ControlLab } from '../support/control-lab.js';
import { until } from '../support/until.js';

const at = '2026-11-25T10:00:00.000Z';

/** A lab under control for the tests of one block. */
function controlled(settings: Parameters<typeof openControlLab>[0] = {}): () => ControlLab {
  let lab: ControlLab;
  beforeAll(async () => {
    lab = await openControlLab(settings);
    await lab.start();
  }, 60_000);
  afterAll(async () => {
    await lab[Symbol.asyncDispose]();
  }, 60_000);
  return () => lab;
}

const jobOf = (lab: ControlLab, id: string) => until(lab.live.jobs, (one) => one.experimentId === id);
const runningPod = (lab: ControlLab, id: string) =>
  until(lab.live.pods, (pod) => pod.experimentId === id && pod.phase === 'RUNNING');
const noPod = (lab: ControlLab, id: string) => until(lab.live.pods, (pod) => pod.experimentId === id, 'none');

describe('pausing', () => {
  const lab = controlled();

  it('suspends the Job and ends its pods; what they held waits, and the same Job goes on', async () => {
    await lab().add('held');
    const pod = await runningPod(lab(), 'held');
    await lab().claims.claim('held', asks(pod.id, 3));
    const job = await jobOf(lab(), 'held');
    await lab().claims.change('held', paused);
    await until(lab().live.jobs, (one) => one.id === job.id && one.suspended && one.paused === true);
    await noPod(lab(), 'held');
    await until(lab().live.experiments, (one) => one.id === 'held' && one.counts.running === 0);
    expect(await lab().trials.get('held', 0)).toMatchObject({ phase: 'WAITING', podLosses: 0 });

    await lab().claims.change('held', (experiment) => resumed(experiment, at));
    const again = await runningPod(lab(), 'held');
    expect(again.id).not.toBe(pod.id);
    expect(await until(lab().live.jobs, (one) => one.experimentId === 'held' && !one.suspended)).toMatchObject({
      id: job.id,
    });
  }, 60_000);

  it('makes the Job anew when one of its pods had ended for good: it would come back with fewer', async () => {
    await lab().add('partly', { workers: 2 });
    await until(lab().live.pods, (pod) => pod.experimentId === 'partly' && pod.completionIndex === 1);
    const job = await jobOf(lab(), 'partly');
    const pods = [...lab().live.pods.values()].filter((pod) => pod.experimentId === 'partly');
    expect(pods).toHaveLength(2);
    await lab().claims.change('partly', paused);
    await until(lab().live.jobs, (one) => one.id === job.id && one.paused === true);
    await noPod(lab(), 'partly');
    await lab().connection.request('PATCH', `/apis/batch/v1/namespaces/glados-runners/jobs/${job.name}/status`, {
      body: { status: { succeeded: 1, completedIndexes: '0' } },
      contentType: 'application/merge-patch+json',
    });
    await until(lab().live.jobs, (one) => one.id === job.id && one.succeeded === 1);
    await lab().claims.change('partly', (experiment) => resumed(experiment, at));
    await until(lab().live.jobs, (one) => one.experimentId === 'partly' && one.id !== job.id && !one.suspended);
  }, 60_000);

  it('leaves a Job alone that somebody else suspended', async () => {
    await lab().add('theirs');
    const job = await jobOf(lab(), 'theirs');
    await lab().connection.request('PATCH', `/apis/batch/v1/namespaces/glados-runners/jobs/${job.name}`, {
      body: { spec: { suspend: true } },
      contentType: 'application/merge-patch+json',
    });
    const suspended = await until(lab().live.jobs, (one) => one.id === job.id && one.suspended);
    expect(suspended.paused).toBeUndefined();
    await until(lab().live.experiments, (one) => one.id === 'theirs' && one.diagnosis?.code === 'SUSPENDED');
    await noPod(lab(), 'theirs');
    expect(lab().live.jobs.get(job.id)).toMatchObject({ suspended: true });
  }, 60_000);

  it('before anything ran makes no pod until it is resumed', async () => {
    await lab().add('early', { phase: 'PAUSED' });
    writeFileSync(join(lab().directory, 'exit-token-early'), '0');
    await lab().add('canary');
    await jobOf(lab(), 'canary');
    expect([...lab().live.jobs.values()].filter((one) => one.experimentId === 'early')).toEqual([]);
    await lab().claims.change('early', (experiment) => resumed(experiment, at));
    await jobOf(lab(), 'early');
  }, 60_000);
});

describe('pausing in a queue of jobs', () => {
  const lab = controlled({ queueName: 'team' });

  it('deletes the Job, which the queue would resume, and makes it again', async () => {
    await lab().add('queued');
    const job = await jobOf(lab(), 'queued');
    await lab().claims.change('queued', paused);
    await until(lab().live.jobs, (one) => one.experimentId === 'queued', 'none');
    await lab().claims.change('queued', (experiment) => resumed(experiment, at));
    expect((await jobOf(lab(), 'queued')).id).not.toBe(job.id);
  }, 60_000);
});
