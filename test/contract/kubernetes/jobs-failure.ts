import { expect, it } from '@jest/globals';
import { isOver, untilStopped } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';

/** Jobs that fail, as a whole or in part. */
export function itFailsJobs(steps: () => Steps): void {
  it('fails a Job when its back-off limit is exceeded, and stops what still runs', async () => {
    const { shellJob, until, podsUntil, eventReasons } = steps();
    const script = `[ "$JOB_COMPLETION_INDEX" = 0 ] && { sleep 1; exit 1; }; ${untilStopped(1)}`;
    await shellJob('limited', script, { completionMode: 'Indexed', completions: 2, parallelism: 2, backoffLimit: 0 });
    const job = await until('jobs', 'limited', isOver);
    const reason = 'BackoffLimitExceeded';
    const message = 'Job has reached the specified backoff limit';
    expect(job.status?.conditions).toEqual([
      expect.objectContaining({ type: 'FailureTarget', status: 'True', reason, message }),
      expect.objectContaining({ type: 'Failed', status: 'True', reason, message }),
    ]);
    expect(job.status).toMatchObject({ failed: 2, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
    expect(job.status?.succeeded).toBeUndefined();
    expect(job.status?.completionTime).toBeUndefined();
    const pods = await podsUntil('limited', (left) => left.length === 1);
    expect(pods[0]?.metadata.annotations?.['batch.kubernetes.io/job-completion-index']).toBe('0');
    const reasons = await eventReasons('limited');
    expect([...new Set(reasons)].sort()).toEqual(['BackoffLimitExceeded', 'SuccessfulCreate', 'SuccessfulDelete']);
  });

  it('lets the other indexes go on when one has failed for good', async () => {
    const { shellJob, until } = steps();
    await shellJob('partly', '[ "$JOB_COMPLETION_INDEX" != 1 ]', {
      completionMode: 'Indexed',
      completions: 4,
      parallelism: 4,
      backoffLimitPerIndex: 0,
    });
    const job = await until('jobs', 'partly', isOver);
    expect(job.status).toMatchObject({ succeeded: 3, failed: 1, completedIndexes: '0,2,3', failedIndexes: '1' });
    expect(job.status?.conditions).toEqual([
      expect.objectContaining({ type: 'FailureTarget', reason: 'FailedIndexes', message: 'Job has failed indexes' }),
      expect.objectContaining({ type: 'Failed', reason: 'FailedIndexes', message: 'Job has failed indexes' }),
    ]);
  });

  it('gives up when too many indexes have failed', async () => {
    const { shellJob, until } = steps();
    await shellJob('hopeless', `[ "$JOB_COMPLETION_INDEX" != 2 ] && exit 1; ${untilStopped(1)}`, {
      completionMode: 'Indexed',
      completions: 3,
      parallelism: 3,
      backoffLimitPerIndex: 0,
      maxFailedIndexes: 1,
    });
    const job = await until('jobs', 'hopeless', isOver);
    expect(job.status?.failedIndexes).toBe('0,1');
    expect(job.status?.conditions?.at(-1)).toMatchObject({
      type: 'Failed',
      reason: 'MaxFailedIndexesExceeded',
      message: 'Job has exceeded the specified maximal number of failed indexes',
    });
  });

  it('tries a failed index again after a while, in a pod that knows how often it failed', async () => {
    const { shellJob, until, podsOf } = steps();
    await shellJob('again', 'exit 1', {
      completionMode: 'Indexed',
      completions: 1,
      parallelism: 1,
      backoffLimitPerIndex: 1,
    });
    const job = await until('jobs', 'again', isOver);
    expect(job.status).toMatchObject({ failed: 2, failedIndexes: '0' });
    const pods = (await podsOf('again')).toSorted((a, b) =>
      a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp),
    );
    const counts = pods.map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-index-failure-count']);
    expect(counts).toEqual(['0', '1']);
    const [first = 0, second = 0] = pods.map(({ metadata }) => Date.parse(metadata.creationTimestamp));
    expect(second - first).toBeGreaterThanOrEqual(10_000);
  });

  it('fails a Job that was active for longer than its deadline', async () => {
    const { shellJob, until, podsUntil } = steps();
    await shellJob('too-long', untilStopped(1), { activeDeadlineSeconds: 2 });
    const job = await until('jobs', 'too-long', isOver);
    const reason = 'DeadlineExceeded';
    const message = 'Job was active longer than specified deadline';
    expect(job.status?.conditions).toEqual([
      expect.objectContaining({ type: 'FailureTarget', reason, message }),
      expect.objectContaining({ type: 'Failed', reason, message }),
    ]);
    expect(await podsUntil('too-long', (left) => left.length === 0)).toEqual([]);
  });
}
