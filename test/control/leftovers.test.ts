import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClusterError } from '../../src/cluster/cluster-error.js';
import type { ClusterConnection } from '../../src/cluster/connection.js';
import { createExperimentReconciler } from '../../src/control/experiment-reconciler.js';
import { asks } from '../support/claims.js';
import { namespace, openControlLab, type ControlLab } from '../support/control-lab.js';
import { until } from '../support/until.js';

const at = '2026-11-25T10:00:00.000Z';

let lab: ControlLab;

beforeAll(async () => {
  lab = await openControlLab();
  await lab.start();
}, 60_000);
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
}, 60_000);

const jobPath = (id: string) => `/apis/batch/v1/namespaces/${namespace}/jobs/glados-${id}`;
const secretPath = (id: string) => `/api/v1/namespaces/${namespace}/secrets/glados-${id}`;
const deleteJob = (id: string, propagationPolicy: string) =>
  lab.connection.request('DELETE', jobPath(id), { body: { propagationPolicy } });
const runningPod = (id: string) =>
  until(lab.live.pods, (pod) => pod.experimentId === id && pod.phase === 'RUNNING' && pod.jobId !== undefined);

async function untilMissing(path: string): Promise<void> {
  for (;;) {
    const error = await lab.connection.request('GET', path).catch((problem: { status?: number }) => problem);
    if ((error as { status?: number }).status === 404) return;
    await new Promise(setImmediate);
  }
}

/** Reports every trial of an experiment as one of its pods would. */
async function finish(id: string, podId: string): Promise<void> {
  for (;;) {
    const claims = await lab.claims.claim(id, asks(podId, 5));
    if (claims.length === 0) return;
    const reports = claims.map(({ index, attempt }) => ({ index, attempt, outcome: 'SUCCEEDED' as const, result: [] }));
    await lab.claims.report(id, podId, reports, at);
  }
}

describe('pods that lost their Job because somebody deleted it alone', () => {
  it('are ended, and what they held goes to the pods of the Job that is made again', async () => {
    await lab.add('orphan');
    const orphan = await runningPod('orphan');
    await lab.claims.claim('orphan', asks(orphan.id, 2));
    await deleteJob('orphan', 'Orphan');
    await until(lab.live.pods, (pod) => pod.id === orphan.id, 'none');
    const next = await runningPod('orphan');
    expect(next.jobId).not.toBe(orphan.jobId);
    await until(lab.live.experiments, (one) => one.id === 'orphan' && one.counts.waiting === 5);
  }, 30_000);

  it('do not keep a cancelled experiment from its end', async () => {
    await lab.add('orphancancel');
    await runningPod('orphancancel');
    await lab.claims.cancel('orphancancel', at);
    await deleteJob('orphancancel', 'Orphan').catch(() => {
      // The experiment was faster: then there is nothing to orphan.
    });
    await until(lab.live.experiments, (one) => one.id === 'orphancancel' && one.phase === 'CANCELLED');
    await untilMissing(secretPath('orphancancel'));
    expect([...lab.live.pods.values()].filter((pod) => pod.experimentId === 'orphancancel')).toEqual([]);
  }, 30_000);

  it('go with their Secret when the experiment has ended', async () => {
    await lab.add('orphanend');
    const pod = await runningPod('orphanend');
    await finish('orphanend', pod.id);
    await until(lab.live.experiments, (one) => one.id === 'orphanend' && one.phase === 'SUCCEEDED');
    await deleteJob('orphanend', 'Orphan');
    await until(lab.live.pods, (one) => one.experimentId === 'orphanend', 'none');
    await untilMissing(secretPath('orphanend'));
    await expect(lab.connection.request('GET', jobPath('orphanend'))).rejects.toMatchObject({ status: 404 });
  }, 30_000);
});

describe('a Job that is being deleted while its pods still end', () => {
  it('is told on the experiment, and made again when it is gone', async () => {
    await lab.add('foreground');
    const pod = await runningPod('foreground');
    const path = `/api/v1/namespaces/${namespace}/pods/${pod.name}`;
    const contentType = 'application/merge-patch+json';
    const hold = (finalizers: string[]) =>
      lab.connection.request('PATCH', path, { body: { metadata: { finalizers } }, contentType });
    await hold(['glados.io/test']);
    await deleteJob('foreground', 'Foreground');
    const told = await until(lab.live.experiments, (one) => one.id === 'foreground' && one.diagnosis !== undefined);
    expect(told.diagnosis).toMatchObject({ code: 'JOB_DELETED_OUTSIDE' });
    expect(told.diagnosis?.hint).toMatch(/made again/);
    await hold([]);
    await until(lab.live.jobs, (job) => job.experimentId === 'foreground' && job.id !== pod.jobId);
    await until(lab.live.experiments, (one) => one.id === 'foreground' && one.diagnosis === undefined);
  }, 30_000);
});

describe('a Job without pods in a namespace that is being deleted', () => {
  it('is deleted, so that the namespace can end, and the experiment says why it waits', async () => {
    const message = `secrets "glados-ending" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`;
    const details = { causes: [{ reason: 'NamespaceTerminating' }] };
    const ending: ClusterConnection = {
      ...lab.connection,
      request(method, path, options) {
        if (method === 'POST') throw new ClusterError(message, { status: 403, reason: 'Forbidden', details });
        return lab.connection.request(method, path, options);
      },
    };
    await lab.add('ending');
    const { jobId } = await runningPod('ending');
    await expect(createExperimentReconciler(lab.needs(ending))('ending', new AbortController().signal)).rejects.toThrow(
      'being terminated',
    );
    await until(lab.live.jobs, (job) => job.experimentId === 'ending' && job.id !== jobId);
  }, 30_000);
});

describe('a Job whose experiment has ended', () => {
  it('is ended when what is left of it cannot begin', async () => {
    const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`;
    const others = [...lab.live.experiments.values()].filter(({ phase }) => phase === 'QUEUED' || phase === 'RUNNING');
    for (const { id } of others) await lab.claims.cancel(id, at);
    await until(lab.live.pods, () => true, 'none');
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'few' }, spec: { hard: { pods: '1' } } };
    await lab.connection.request('POST', quotas, { body: quota });
    await lab.add('half', { workers: 2 });
    const pod = await runningPod('half');
    const limited = await until(lab.live.experiments, (one) => one.id === 'half' && one.diagnosis !== undefined);
    expect(limited.diagnosis).toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await lab.connection.request('PATCH', `${quotas}/few`, {
      body: { spec: { hard: { pods: '0' } } },
      contentType: 'application/merge-patch+json',
    });
    await finish('half', pod.id);
    const ended = await until(lab.live.experiments, (one) => one.id === 'half' && one.phase === 'SUCCEEDED');
    expect(ended.diagnosis).toBeUndefined();
    writeFileSync(join(lab.directory, 'exit-token-half'), '0');
    await until(lab.live.pods, (one) => one.id === pod.id && one.phase === 'SUCCEEDED');
    // By a clock that was set back to before its end: it is not waited for until that comes again.
    const hourBefore = createExperimentReconciler({ ...lab.needs(), now: () => Date.parse(at) - 3_600_000 });
    expect((await hourBefore('half', new AbortController().signal)).after).toBeLessThanOrEqual(30_000);
    const inAMinute = createExperimentReconciler({ ...lab.needs(), now: () => Date.now() + 60_000 });
    await inAMinute('half', new AbortController().signal);
    await until(lab.live.jobs, (job) => job.experimentId === 'half', 'none');
    await untilMissing(secretPath('half'));
  }, 30_000);
});
