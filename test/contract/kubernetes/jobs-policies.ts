import { expect, it } from '@jest/globals';
import { isOver, untilStopped } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';

/** What a Job makes of pods that failed or were taken from it. */
export function itJudgesPodFailures(steps: () => Steps): void {
  it('fails the Job at an exit code that its policy calls hopeless', async () => {
    const { shellJob, until, cluster } = steps();
    const onExitCodes = { containerName: 'main', operator: 'In', values: [42] };
    const podFailurePolicy = { rules: [{ action: 'FailJob', onExitCodes }] };
    await shellJob('hopeless-code', 'exit 42', { backoffLimit: 6, podFailurePolicy });
    const job = await until('jobs', 'hopeless-code', isOver);
    const message = new RegExp(
      `^Container main for pod ${cluster.namespace}/hopeless-code-[a-z0-9]{5} failed with exit code 42 matching FailJob rule at index 0$`,
    );
    expect(job.status?.conditions?.map(({ type, reason }) => [type, reason])).toEqual([
      ['FailureTarget', 'PodFailurePolicy'],
      ['Failed', 'PodFailurePolicy'],
    ]);
    expect(job.status?.conditions?.at(-1)?.message).toMatch(message);
    expect(job.status?.failed).toBe(1);
  });

  it('fails an index at once at an exit code that its policy names', async () => {
    const { shellJob, until } = steps();
    const onExitCodes = { operator: 'NotIn', values: [1, 2] };
    await shellJob('hopeless-index', '[ "$JOB_COMPLETION_INDEX" = 1 ] || exit 7', {
      completionMode: 'Indexed',
      completions: 2,
      parallelism: 2,
      backoffLimitPerIndex: 5,
      podFailurePolicy: { rules: [{ action: 'FailIndex', onExitCodes }] },
    });
    const job = await until('jobs', 'hopeless-index', isOver);
    expect(job.status).toMatchObject({ failedIndexes: '0', completedIndexes: '1', failed: 1, succeeded: 1 });
  });

  it('counts no failure that its policy ignores', async () => {
    const { shellJob, until, podsOf } = steps();
    const onExitCodes = { operator: 'In', values: [3] };
    const podFailurePolicy = { rules: [{ action: 'Ignore', onExitCodes }] };
    await shellJob('ignores', 'exit 3', { backoffLimit: 0, podFailurePolicy });
    const job = await until('jobs', 'ignores', ({ status }) => status?.startTime !== undefined && !status.active);
    expect(job.status?.failed).toBeUndefined();
    const [pod] = await podsOf('ignores');
    expect(pod?.status?.phase).toBe('Failed');
    expect((await until('jobs', 'ignores', () => true)).status?.conditions).toBeUndefined();
  });

  it('counts a deleted pod as failed', async () => {
    const { shellJob, until, podsUntil, untilLogged, cluster, path } = steps();
    await shellJob('robbed', untilStopped(1), { backoffLimit: 0 });
    const [pod] = await podsUntil('robbed', ([first]) => first?.status?.phase === 'Running');
    const name = pod?.metadata.name ?? '';
    await untilLogged(name, 'ready');
    await cluster.request('DELETE', path('pods', name));
    const job = await until('jobs', 'robbed', isOver);
    expect(job.status).toMatchObject({ failed: 1 });
    expect(job.status?.conditions?.at(-1)).toMatchObject({ type: 'Failed', reason: 'BackoffLimitExceeded' });
  });

  it('counts a deleted pod that exits 0 as succeeded, where replacements wait for its end', async () => {
    const { shellJob, until, podsUntil, untilLogged, cluster, path } = steps();
    await shellJob('obeyed', untilStopped(0), { backoffLimit: 0, podReplacementPolicy: 'Failed' });
    const [pod] = await podsUntil('obeyed', ([first]) => first?.status?.phase === 'Running');
    const name = pod?.metadata.name ?? '';
    await untilLogged(name, 'ready');
    await cluster.request('DELETE', path('pods', name));
    const job = await until('jobs', 'obeyed', isOver);
    expect(job.status).toMatchObject({ succeeded: 1 });
    expect(job.status?.conditions?.at(-1)).toMatchObject({ type: 'Complete' });
  });
}
