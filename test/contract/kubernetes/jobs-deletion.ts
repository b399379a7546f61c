import { expect, it } from '@jest/globals';
import { isOver, untilStopped } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';

/** What becomes of pods when their Job goes. */
export function itDeletesJobs(steps: () => Steps): void {
  async function running(name: string, exitCode = 1): Promise<string> {
    const { shellJob, podsUntil, untilLogged } = steps();
    await shellJob(name, untilStopped(exitCode));
    const [pod] = await podsUntil(name, ([first]) => first?.status?.phase === 'Running');
    await untilLogged(pod?.metadata.name ?? '', 'ready');
    return pod?.metadata.name ?? '';
  }

  it('takes the pods along in the background', async () => {
    const { cluster, path, podsUntil } = steps();
    await running('background');
    await cluster.request('DELETE', `${path('jobs', 'background')}?propagationPolicy=Background`);
    expect((await cluster.request('GET', path('jobs', 'background'))).status).toBe(404);
    expect(await podsUntil('background', (left) => left.length === 0)).toEqual([]);
  });

  it('keeps a Job that is deleted in the foreground until its pods are gone', async () => {
    const { cluster, path, untilGone, podsOf } = steps();
    await running('foreground');
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Foreground' };
    const deleted = await cluster.request('DELETE', path('jobs', 'foreground'), body);
    expect(deleted.body.metadata.finalizers).toEqual(['foregroundDeletion']);
    expect(deleted.body.metadata.deletionTimestamp).toMatch(/Z$/);
    await untilGone('jobs', 'foreground');
    expect(await podsOf('foreground')).toEqual([]);
  });

  it('leaves the pods to themselves when told to orphan them', async () => {
    const { cluster, path, untilGone, until } = steps();
    const pod = await running('orphans');
    await cluster.request('DELETE', `${path('jobs', 'orphans')}?propagationPolicy=Orphan`);
    await untilGone('jobs', 'orphans');
    const left = await until('pods', pod, ({ metadata }) => !metadata.ownerReferences && !metadata.finalizers);
    expect(left.status?.phase).toBe('Running');
    expect(left.metadata.deletionTimestamp).toBeUndefined();
    await cluster.request('DELETE', path('pods', pod));
  });

  it('removes a finished Job and its pods when its time to live is over', async () => {
    const { shellJob, untilGone, podsUntil } = steps();
    await shellJob('short-lived', 'true', { ttlSecondsAfterFinished: 1 });
    const last = await untilGone('jobs', 'short-lived');
    expect(isOver(last)).toBe(true);
    expect(await podsUntil('short-lived', (left) => left.length === 0)).toEqual([]);
  });

  it('removes what a deleted owner of another kind owned', async () => {
    const { shellPod, untilGone, cluster, path } = steps();
    const { body: owner } = await cluster.request('POST', path('configmaps'), { metadata: { name: 'owner' } });
    await shellPod('owned', untilStopped(0));
    const { name, uid } = owner.metadata;
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid }];
    const headers = { 'content-type': 'application/merge-patch+json' };
    await cluster.request('PATCH', path('pods', 'owned'), { metadata: { ownerReferences } }, headers);
    await cluster.request('DELETE', path('configmaps', 'owner'));
    await untilGone('pods', 'owned');
    expect((await cluster.request('GET', path('pods', 'owned'))).status).toBe(404);
  });
}
