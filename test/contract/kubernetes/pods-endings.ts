import { expect, it } from '@jest/globals';
import { isEnded, untilStopped } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';

/** Deletion, grace periods and deadlines. */
export function itEndsPods(steps: () => Steps): void {
  it('asks a deleted pod to stop and keeps it until it has', async () => {
    const { shellPod, untilLogged, untilGone, cluster, path } = steps();
    await shellPod('stops', untilStopped(0));
    await untilLogged('stops', 'ready');
    const deleted = await cluster.request('DELETE', path('pods', 'stops'));
    expect(deleted.status).toBe(200);
    expect(deleted.body.metadata).toMatchObject({ deletionGracePeriodSeconds: 30 });
    const last = await untilGone('pods', 'stops');
    expect(last.status?.phase).toBe('Succeeded');
    expect(last.status?.containerStatuses?.[0]?.state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
  });

  it('kills a pod that does not stop within its grace period', async () => {
    const { shellPod, untilLogged, untilGone, cluster, path, eventReasons } = steps();
    const script = "trap '' TERM; echo ready; while :; do sleep 0.1; done";
    await shellPod('ignores', script, { terminationGracePeriodSeconds: 2 });
    await untilLogged('ignores', 'ready');
    await cluster.request('DELETE', path('pods', 'ignores'));
    const last = await untilGone('pods', 'ignores');
    expect(last.status?.phase).toBe('Failed');
    expect(last.status?.containerStatuses?.[0]?.state.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
    expect(await eventReasons('ignores')).toContain('Killing');
  });

  it('runs the preStop command before the signal', async () => {
    const { shellPod, untilLogged, untilGone, cluster, path } = steps();
    const script =
      "trap 'cat /shared/note > /dev/termination-log; exit 3' TERM; echo ready; while :; do sleep 0.1; done";
    const lifecycle = { preStop: { exec: { command: ['/bin/sh', '-c', 'echo stopping > /shared/note'] } } };
    const volumeMounts = [{ name: 'shared', mountPath: '/shared' }];
    await shellPod('prepares', script, { volumes: [{ name: 'shared', emptyDir: {} }] }, { lifecycle, volumeMounts });
    await untilLogged('prepares', 'ready');
    await cluster.request('DELETE', path('pods', 'prepares'));
    const last = await untilGone('pods', 'prepares');
    expect(last.status?.containerStatuses?.[0]?.state.terminated).toMatchObject({ exitCode: 3, message: 'stopping\n' });
  });

  it('lets go of a pod at once when no grace is given', async () => {
    const { shellPod, untilLogged, cluster, path } = steps();
    await shellPod('vanishes', untilStopped(0));
    await untilLogged('vanishes', 'ready');
    await cluster.request('DELETE', `${path('pods', 'vanishes')}?gracePeriodSeconds=0`);
    expect((await cluster.request('GET', path('pods', 'vanishes'))).status).toBe(404);
  });

  it('keeps a deleted pod that a finalizer holds, in its final phase', async () => {
    const { create, untilLogged, until, untilGone, cluster, path } = steps();
    const container = { name: 'main', image: cluster.image, command: ['/bin/sh', '-c', untilStopped(7)] };
    const metadata = { name: 'held', finalizers: ['example.com/held'] };
    await create('pods', { metadata, spec: { restartPolicy: 'Never', containers: [container] } });
    await untilLogged('held', 'ready');
    await cluster.request('DELETE', path('pods', 'held'));
    const ended = await until('pods', 'held', isEnded);
    expect(ended.status?.phase).toBe('Failed');
    expect(ended.status?.containerStatuses?.[0]?.state.terminated?.exitCode).toBe(7);
    const headers = { 'content-type': 'application/merge-patch+json' };
    await cluster.request('PATCH', path('pods', 'held'), { metadata: { finalizers: null } }, headers);
    await untilGone('pods', 'held');
    expect((await cluster.request('GET', path('pods', 'held'))).status).toBe(404);
  });

  it('ends a pod that was active for longer than its deadline', async () => {
    const { shellPod, until } = steps();
    await shellPod('late', untilStopped(7), { activeDeadlineSeconds: 2 });
    const { status } = await until('pods', 'late', isEnded);
    expect(status).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
    expect(status?.containerStatuses?.[0]?.state.terminated?.exitCode).toBe(7);
  });
}
