import { expect, it } from '@jest/globals';
import type { Pod } from '../../../src/local/kubernetes/node/pod.js';
import { isOver, untilStopped } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';

const mergePatch = { 'content-type': 'application/merge-patch+json' };

/** Suspension, and changes of the number of workers while they run. */
export function itScalesJobs(steps: () => Steps): void {
  it('suspends a Job and resumes it, counting neither success nor failure', async () => {
    const { shellJob, until, podsUntil, cluster, path, eventReasons } = steps();
    const patch = (suspend: boolean) =>
      cluster.request('PATCH', path('jobs', 'pauses'), { spec: { suspend } }, mergePatch);
    await shellJob('pauses', untilStopped(1), { completionMode: 'Indexed', completions: 2, parallelism: 2 });
    const started = await until('jobs', 'pauses', ({ status }) => status?.ready === 2);
    expect(started.status?.conditions).toBeUndefined();

    await patch(true);
    const suspended = await until('jobs', 'pauses', ({ status }) => !status?.active && status?.terminating === 0);
    expect(suspended.status?.conditions).toEqual([
      expect.objectContaining({ type: 'Suspended', status: 'True', reason: 'JobSuspended', message: 'Job suspended' }),
    ]);
    expect(suspended.status?.startTime).toBeUndefined();
    expect(suspended.status?.failed).toBeUndefined();
    expect(await podsUntil('pauses', (left) => left.length === 0)).toEqual([]);

    await patch(false);
    const resumed = await until('jobs', 'pauses', ({ status }) => status?.ready === 2);
    expect(resumed.status?.conditions).toEqual([
      expect.objectContaining({ type: 'Suspended', status: 'False', reason: 'JobResumed', message: 'Job resumed' }),
    ]);
    expect(resumed.status?.startTime).toMatch(/Z$/);
    expect(resumed.status?.failed).toBeUndefined();
    const reasons = await eventReasons('pauses');
    expect(reasons).toEqual(expect.arrayContaining(['Suspended', 'Resumed', 'SuccessfulDelete']));
    await cluster.request('DELETE', `${path('jobs', 'pauses')}?propagationPolicy=Background`);
  });

  it('creates a suspended Job without pods', async () => {
    const { shellJob, until, podsOf, cluster, path } = steps();
    await shellJob('waits', 'true', { suspend: true });
    const job = await until('jobs', 'waits', ({ status }) => status?.conditions !== undefined);
    expect(job.status?.conditions).toEqual([expect.objectContaining({ type: 'Suspended', status: 'True' })]);
    expect(job.status?.startTime).toBeUndefined();
    expect(await podsOf('waits')).toEqual([]);
    await cluster.request('PATCH', path('jobs', 'waits'), { spec: { suspend: false } }, mergePatch);
    const done = await until('jobs', 'waits', isOver);
    expect(done.status?.conditions?.map(({ type, status }) => [type, status])).toEqual([
      ['Suspended', 'False'],
      ['SuccessCriteriaMet', 'True'],
      ['Complete', 'True'],
    ]);
  });

  it('adds and takes away workers of an Indexed Job while it runs', async () => {
    const { shellJob, until, podsUntil, cluster, path } = steps();
    const scale = (workers: number) => {
      const spec = { completions: workers, parallelism: workers };
      return cluster.request('PATCH', path('jobs', 'elastic'), { spec }, mergePatch);
    };
    await shellJob('elastic', untilStopped(1), { completionMode: 'Indexed', completions: 2, parallelism: 2 });
    await until('jobs', 'elastic', ({ status }) => status?.ready === 2);

    expect((await scale(4)).status).toBe(200);
    await until('jobs', 'elastic', ({ status }) => status?.ready === 4);
    expect(indexes(await podsUntil('elastic', (pods) => pods.length === 4))).toEqual(['0', '1', '2', '3']);

    expect((await scale(1)).status).toBe(200);
    const left = await podsUntil('elastic', (pods) => pods.length === 1);
    expect(indexes(left)).toEqual(['0']);
    const job = await until('jobs', 'elastic', ({ status }) => status?.active === 1 && status.terminating === 0);
    expect(job.status?.failed).toBeUndefined();
    await cluster.request('DELETE', `${path('jobs', 'elastic')}?propagationPolicy=Background`);
  });
}

function indexes(pods: readonly Pod[]): (string | undefined)[] {
  return pods.map(({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-completion-index']).sort();
}
