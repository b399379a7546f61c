import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { namespace, openControlLab, type ControlLab } from '../support/control-lab.js';
import { until } from '../support/until.js';

let lab: ControlLab;

beforeAll(async () => {
  lab = await openControlLab();
  await lab.start();
}, 60_000);
afterAll(async () => {
  await lab[Symbol.asyncDispose]();
}, 60_000);

describe('an experiment that is submitted while the cluster', () => {
  it('is away says so, and goes on by itself when it is back', async () => {
    const startAgain = await lab.stopCluster();
    await lab.add('away');
    const waiting = await until(lab.live.experiments, (one) => one.id === 'away' && one.diagnosis !== undefined);
    expect(waiting).toMatchObject({ phase: 'QUEUED', diagnosis: { code: 'CLUSTER_UNREACHABLE' } });
    await startAgain();
    await until(lab.live.pods, (pod) => pod.experimentId === 'away' && pod.phase === 'RUNNING');
    await until(lab.live.experiments, (one) => one.id === 'away' && one.diagnosis === undefined);
    await until(lab.live.jobs, (job) => job.experimentId === 'away');
    expect([...lab.live.jobs.values()].filter((job) => job.experimentId === 'away')).toHaveLength(1);
  }, 60_000);

  it('has lost the namespace says what Kubernetes says, and goes on when it is there again', async () => {
    await lab.connection.request('DELETE', `/api/v1/namespaces/${namespace}`);
    await until(lab.live.jobs, () => true, 'none');
    await lab.add('homeless');
    const waiting = await until(lab.live.experiments, (one) => one.id === 'homeless' && one.diagnosis !== undefined);
    expect(waiting).toMatchObject({ phase: 'QUEUED', diagnosis: { code: 'JOB_REFUSED' } });
    expect(waiting.diagnosis?.message).toContain(namespace);
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    const make = async (): Promise<boolean> =>
      lab.connection.request('POST', '/api/v1/namespaces', { body }).then(
        () => true,
        () => false,
      );
    while (!(await make())) await new Promise(setImmediate);
    await until(lab.live.pods, (pod) => pod.experimentId === 'homeless' && pod.phase === 'RUNNING');
    await until(lab.live.experiments, (one) => one.id === 'homeless' && one.diagnosis === undefined);
  }, 60_000);
});
