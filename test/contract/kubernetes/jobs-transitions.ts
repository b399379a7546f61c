import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { Job } from '../../../src/local/kubernetes/controllers/job.js';
import { isOver, untilStopped } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';

const mergePatch = { 'content-type': 'application/merge-patch+json' };

const typesOf = ({ status }: Job): string[] =>
  (status?.conditions ?? []).filter(({ status: is }) => is === 'True').map(({ type }) => type);

/** The list of conditions as it grew, without repetitions. */
const growth = (states: readonly Job[]): string[] => {
  const lists = states.map((state) => typesOf(state).join('+'));
  return lists.filter((list, position) => list !== lists[position - 1]);
};

/** A stubborn pod of a second or so, so that an end lies between the interim condition and the last. */
const slowToStop = `trap 'sleep 1; exit 1' TERM; echo ready; while :; do sleep 0.1; done`;

/** The states of a Job between its phases, as a watcher sees them. */
export function itPassesThroughStates(steps: () => Steps): void {
  /** A Job of two: index 0 ends as it is told to, index 1 takes its time to stop. Answers the states from the start. */
  async function ended(name: string, exitCode: 0 | 1, spec: object): Promise<Job[]> {
    const { shellJob, history, podsUntil, untilLogged, cluster, path } = steps();
    const script = `[ "$JOB_COMPLETION_INDEX" = 1 ] && { ${slowToStop}; }; ${untilStopped(exitCode)}`;
    const { metadata } = await shellJob(name, script, {
      completionMode: 'Indexed',
      completions: 2,
      parallelism: 2,
      ...spec,
    });
    const pods = await podsUntil(name, (all) => all.filter(({ status }) => status?.phase === 'Running').length === 2);
    const names = pods.map((pod) => pod.metadata.name).toSorted();
    for (const pod of names) await untilLogged(pod, 'ready');
    await cluster.request('DELETE', path('pods', names[0]));
    return history('jobs', name, isOver, metadata.resourceVersion);
  }

  it('says FailureTarget while its pods still end, and Failed when they have', async () => {
    const states = await ended('ends-badly', 1, { backoffLimit: 0 });
    expect(growth(states)).toEqual(['', 'FailureTarget', 'FailureTarget+Failed']);
    const between = states.filter((state) => typesOf(state).join() === 'FailureTarget');
    expect(between.some(({ status }) => status?.terminating === 1 && !status.active)).toBe(true);
    expect(states.at(-1)?.status).toMatchObject({ failed: 2, terminating: 0, ready: 0 });
  });

  it('says SuccessCriteriaMet while its pods still end, and Complete when they have', async () => {
    const successPolicy = { rules: [{ succeededIndexes: '0' }] };
    const states = await ended('ends-well', 0, { podReplacementPolicy: 'Failed', successPolicy });
    expect(growth(states)).toEqual(['', 'SuccessCriteriaMet', 'SuccessCriteriaMet+Complete']);
    const between = states.filter((state) => typesOf(state).join() === 'SuccessCriteriaMet');
    expect(between.every(({ status }) => status?.completionTime === undefined)).toBe(true);
    expect(between.some(({ status }) => status?.terminating === 1)).toBe(true);
    expect(states.at(-1)?.status).toMatchObject({ succeeded: 1, completedIndexes: '0', terminating: 0 });
    expect(states.at(-1)?.status?.completionTime).toMatch(/Z$/u);
  });

  it('adds indexes to those that are done while it runs, in intervals, and never takes one away', async () => {
    const { shellJob, history } = steps();
    const script = 'case $JOB_COMPLETION_INDEX in 1) sleep 2;; 3) exit 1;; esac';
    const { metadata } = await shellJob('steps', script, {
      completionMode: 'Indexed',
      completions: 5,
      parallelism: 5,
      backoffLimitPerIndex: 0,
    });
    const states = await history('jobs', 'steps', isOver, metadata.resourceVersion);
    const done = states.map(({ status }) => status?.completedIndexes ?? '');
    expect(done).toContain('0,2,4');
    expect(done.at(-1)).toBe('0-2,4');
    const counts = states.map(({ status }) => status?.succeeded ?? 0);
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    const failed = states.map(({ status }) => status?.failedIndexes ?? '').filter((list) => list !== '');
    expect(new Set(failed)).toEqual(new Set(['3']));
    expect(states.at(-1)?.status).toMatchObject({ succeeded: 4, failed: 1 });
  });

  it('counts its deadline from when it was resumed', async () => {
    const { shellJob, history, until, cluster, path } = steps();
    const patch = (suspend: boolean) =>
      cluster.request('PATCH', path('jobs', 'reset'), { spec: { suspend } }, mergePatch);
    const { metadata } = await shellJob('reset', untilStopped(1), { activeDeadlineSeconds: 4, parallelism: 1 });
    const started = await until('jobs', 'reset', ({ status }) => status?.ready === 1);
    await patch(true);
    const suspended = await until('jobs', 'reset', ({ status }) => !status?.active && status?.terminating === 0);
    expect(typesOf(suspended)).toEqual(['Suspended']);
    expect(suspended.status?.startTime).toBeUndefined();
    await laterThan(Date.parse(started.status?.startTime ?? '') + 1_000);
    await patch(false);
    const states = await history('jobs', 'reset', isOver, metadata.resourceVersion);
    expect(growth(states)).toEqual(['', 'Suspended', '', 'FailureTarget', 'FailureTarget+Failed']);
    const times = new Set(states.map(({ status }) => status?.startTime).filter((time) => time !== undefined));
    const [first = '', second = ''] = times;
    expect(times.size).toBe(2);
    const last = states.at(-1)?.status?.conditions?.find(({ type }) => type === 'FailureTarget');
    expect(last?.reason).toBe('DeadlineExceeded');
    expect(Date.parse(last?.lastTransitionTime ?? '') - Date.parse(second)).toBeGreaterThanOrEqual(3_000);
    expect(Date.parse(second) - Date.parse(first)).toBeGreaterThanOrEqual(1_000);
  });

  it('does not count time in suspension, and is ended by no deadline in it', async () => {
    const { shellJob, until, podsOf, cluster, path } = steps();
    await shellJob('sleeps', 'true', { activeDeadlineSeconds: 1, suspend: true });
    const { metadata } = await until('jobs', 'sleeps', (state) => typesOf(state).includes('Suspended'));
    await laterThan(Date.parse(metadata.creationTimestamp) + 2_000);
    expect(typesOf(await until('jobs', 'sleeps', () => true))).toEqual(['Suspended']);
    expect(await podsOf('sleeps')).toEqual([]);
    await cluster.request('DELETE', `${path('jobs', 'sleeps')}?propagationPolicy=Background`);
  });

  /** Until the cluster's clock, as it stamps objects, is past a time. */
  async function laterThan(time: number): Promise<void> {
    const { cluster, path } = steps();
    const body = { metadata: { name: 'clock' } };
    for (let at = 0; at <= time;) {
      const dry = await cluster.request('POST', `${path('configmaps')}?dryRun=All`, body);
      at = Date.parse(dry.body.metadata.creationTimestamp);
      if (at <= time) await pause(50);
    }
  }
}
