import { expect, it } from '@jest/globals';
import { isOver, untilStopped } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';

/** Jobs that complete. */
export function itCompletesJobs(steps: () => Steps): void {
  it('runs a Job to completion, and says so in two conditions', async () => {
    const { shellJob, history, podsOf, eventReasons } = steps();
    const created = await shellJob('plain', 'echo done', { completions: 3, parallelism: 2 });
    const states = await history('jobs', 'plain', isOver, created.metadata.resourceVersion);
    expect(Math.max(...states.map(({ status }) => status?.active ?? 0))).toBeLessThanOrEqual(2);
    const job = states.at(-1);
    expect(job?.status).toMatchObject({ succeeded: 3, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
    expect(job?.status?.active).toBeUndefined();
    expect(job?.status?.failed).toBeUndefined();
    expect(job?.status?.conditions).toEqual([
      expect.objectContaining({
        type: 'SuccessCriteriaMet',
        status: 'True',
        reason: 'CompletionsReached',
        message: 'Reached expected number of succeeded pods',
      }),
      expect.objectContaining({
        type: 'Complete',
        status: 'True',
        reason: 'CompletionsReached',
        message: 'Reached expected number of succeeded pods',
      }),
    ]);
    expect(job?.status?.startTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(job?.status?.completionTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

    const pods = await podsOf('plain');
    expect(pods.map(({ status }) => status?.phase)).toEqual(['Succeeded', 'Succeeded', 'Succeeded']);
    for (const { metadata } of pods) {
      expect(metadata.name).toMatch(/^plain-[a-z0-9]{5}$/);
      expect(metadata).toMatchObject({ generateName: 'plain-' });
      expect(metadata.finalizers).toBeUndefined();
      expect(metadata.labels).toMatchObject({ 'batch.kubernetes.io/job-name': 'plain', 'job-name': 'plain' });
      expect(metadata.ownerReferences).toEqual([
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          name: 'plain',
          uid: created.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ]);
    }
    const reasons = await eventReasons('plain');
    expect(reasons.toSorted()).toEqual(['Completed', 'SuccessfulCreate', 'SuccessfulCreate', 'SuccessfulCreate']);
  });

  it('gives every pod of an Indexed Job its index', async () => {
    const { shellJob, until, podsOf, log } = steps();
    const script = 'echo "$JOB_COMPLETION_INDEX $HOSTNAME"';
    await shellJob('indexed', script, { completionMode: 'Indexed', completions: 4, parallelism: 4 });
    const job = await until('jobs', 'indexed', isOver);
    expect(job.status).toMatchObject({ succeeded: 4, completedIndexes: '0-3' });
    const pods = (await podsOf('indexed')).toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name));
    for (const [index, pod] of pods.entries()) {
      expect(pod.metadata.name).toMatch(new RegExp(`^indexed-${index}-[a-z0-9]{5}$`));
      expect(pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index']).toBe(String(index));
      expect(pod.metadata.labels?.['batch.kubernetes.io/job-completion-index']).toBe(String(index));
      expect(pod.spec.hostname).toBe(`indexed-${index}`);
      expect(await log(pod.metadata.name)).toBe(`${index} indexed-${index}\n`);
    }
    expect(pods.length).toBe(4);
  });

  it('completes a Job without a number of completions when one pod succeeds', async () => {
    const { create, until, cluster } = steps();
    const container = { name: 'main', image: cluster.image, command: ['/bin/sh', '-c', 'sleep 1'] };
    const template = { spec: { restartPolicy: 'Never', containers: [container] } };
    const spec = { parallelism: 2, template };
    await create('jobs', { metadata: { name: 'queue' }, spec });
    const job = await until('jobs', 'queue', isOver);
    expect(job.status).toMatchObject({ succeeded: 2 });
    expect(job.status?.conditions?.at(-1)).toMatchObject({ type: 'Complete', status: 'True' });
  });

  it('ends early when the success policy is met', async () => {
    const { shellJob, until, podsUntil } = steps();
    const script = `[ "$JOB_COMPLETION_INDEX" = 1 ] && exit 0; ${untilStopped(1)}`;
    await shellJob('leader', script, {
      completionMode: 'Indexed',
      completions: 2,
      parallelism: 2,
      successPolicy: { rules: [{ succeededIndexes: '1' }] },
    });
    const job = await until('jobs', 'leader', isOver);
    expect(job.status).toMatchObject({ succeeded: 1, completedIndexes: '1' });
    expect(job.status?.failed).toBeUndefined();
    expect(job.status?.conditions).toEqual([
      expect.objectContaining({
        type: 'SuccessCriteriaMet',
        reason: 'SuccessPolicy',
        message: 'Matched rules at index 0',
      }),
      expect.objectContaining({ type: 'Complete', reason: 'SuccessPolicy', message: 'Matched rules at index 0' }),
    ]);
    const pods = await podsUntil('leader', (left) => left.length === 1);
    expect(pods[0]?.status?.phase).toBe('Succeeded');
  });
}
