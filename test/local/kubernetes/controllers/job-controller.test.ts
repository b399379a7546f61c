import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isFinished, trackingFinalizer } from '../../../../src/local/kubernetes/controllers/job.js';
import { conditionTypes, openBench } from './cluster-without-node.js';
import type { Bench } from './cluster-without-node.js';

describe('the Job controller', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = openBench();
  });
  afterEach(async () => bench[Symbol.asyncDispose]());

  const over = (name: string) => () => {
    const job = bench.getJob(name);
    return job !== undefined && isFinished(job);
  };

  it('counts a pod once when it was killed after the finalizer went and before the counter grew', async () => {
    await bench.stop();
    const uid = 'a pod that is gone';
    bench.job(
      'counted',
      { completions: 2, parallelism: 1 },
      {
        status: { startTime: '2026-01-01T00:00:00Z', uncountedTerminatedPods: { succeeded: [uid] } },
      },
    );
    await bench.restart();
    await bench.until(() => bench.pods().length === 1);
    expect(bench.getJob('counted')?.status).toMatchObject({ succeeded: 1, uncountedTerminatedPods: {} });
    bench.end(bench.pods()[0] as never, 0);
    await bench.until(over('counted'));
    expect(bench.getJob('counted')?.status?.succeeded).toBe(2);
  });

  it('counts a pod once when it was killed before the finalizer went', async () => {
    bench.job('noted', { completions: 2, parallelism: 1 });
    await bench.until(() => bench.pods().length === 1);
    await bench.stop();
    const [pod] = bench.pods();
    bench.end(pod as never, 0);
    bench.store.update('jobs', 'default', 'noted', (job) => ({
      ...job,
      status: { ...(job['status'] as object), uncountedTerminatedPods: { succeeded: [pod?.metadata.uid] } },
    }));
    await bench.restart();
    await bench.until(() => bench.pods().length === 2);
    await bench.until(() => bench.getJob('noted')?.status?.succeeded === 1);
    expect(bench.getJob('noted')?.status?.uncountedTerminatedPods).toEqual({});
    expect(bench.pods().filter(({ metadata }) => metadata.finalizers?.includes(trackingFinalizer)).length).toBe(1);
  });

  it('goes on where it was when it starts again', async () => {
    bench.job('resumed', { completionMode: 'Indexed', completions: 3, parallelism: 3 });
    await bench.until(() => bench.pods().length === 3);
    await bench.stop();
    for (const pod of bench.pods()) bench.end(pod, 0);
    await bench.restart();
    await bench.until(over('resumed'));
    const { status } = bench.getJob('resumed') ?? {};
    expect(status).toMatchObject({ succeeded: 3, completedIndexes: '0-2' });
    expect(conditionTypes(status)).toEqual(['SuccessCriteriaMet=True', 'Complete=True']);
    expect(bench.pods().some(({ metadata }) => metadata.finalizers?.length)).toBe(false);
  });

  it('does not count a pod that the node took, where the policy says so', async () => {
    const podFailurePolicy = {
      rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
    };
    bench.job('disrupted', {
      completionMode: 'Indexed',
      completions: 1,
      parallelism: 1,
      backoffLimit: 0,
      podFailurePolicy,
    });
    await bench.until(() => bench.pods().length === 1);
    bench.end(bench.pods()[0] as never, 137, [{ type: 'DisruptionTarget', status: 'True' }]);
    await bench.until(() => !bench.pods()[0]?.metadata.finalizers);
    // A new life has no memory of the back-off: the replacement comes at once.
    await bench.restart();
    await bench.until(() => bench.pods().length === 2);
    const { status } = bench.getJob('disrupted') ?? {};
    expect(status?.failed).toBeUndefined();
    expect(conditionTypes(status)).toEqual([]);
  });

  it('keeps no more pods than wanted of a Job of a thousand indexes', async () => {
    bench.job('wide', { completionMode: 'Indexed', completions: 1000, parallelism: 7 });
    let most = 0;
    const forget = bench.store.onChange(() => {
      const active = bench.pods().filter(({ status }) => status?.phase === 'Pending');
      most = Math.max(most, active.length);
    });
    for (let done = 0; done < 70; done += 7) {
      await bench.until(() => bench.pods().filter(({ status }) => status?.phase === 'Pending').length === 7);
      for (const pod of bench.pods()) if (pod.status?.phase === 'Pending') bench.end(pod, 0);
    }
    await bench.until(() => bench.getJob('wide')?.status?.completedIndexes === '0-69');
    forget();
    expect(most).toBe(7);
  });

  it('gives long names to pods that are still labels', async () => {
    bench.job('x'.repeat(63), { completionMode: 'Indexed', completions: 12, parallelism: 12 });
    await bench.until(() => bench.pods().length === 12);
    for (const { metadata } of bench.pods()) expect(metadata.name.length).toBeLessThanOrEqual(63);
    expect(bench.pods().some(({ metadata }) => /^x+-11-[a-z0-9]{5}$/.test(metadata.name))).toBe(true);
  });

  it('lets a pod go whose Job went while nobody looked', async () => {
    bench.job('vanished', { completions: 1, parallelism: 1 });
    await bench.until(() => bench.pods().length === 1);
    await bench.stop();
    bench.store.remove('jobs', 'default', 'vanished');
    await bench.restart();
    await bench.until(() => bench.pods().length === 0);
    expect(bench.getJob('vanished')).toBeUndefined();
  });

  it('leaves a Job alone that another controller manages', async () => {
    bench.job('foreign', { completions: 1, parallelism: 1, managedBy: 'kueue.x-k8s.io/multikueue' });
    bench.job('own', { completions: 1, parallelism: 1 });
    await bench.until(() => bench.pods().length === 1);
    expect(bench.getJob('foreign')?.status).toBeUndefined();
    expect(bench.pods()[0]?.metadata.generateName).toBe('own-');
  });
});
