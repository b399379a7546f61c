import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configMap, inShort, mergePatch, namesOf, pathOf, readUntil } from './examples.js';
import type { ApiBody, TestCluster, WatchEvent } from './open-cluster.js';

/** So few that the tests themselves push the first versions out of a stand-in's memory; a real cluster has its own. */
const rememberedChanges = 150;
/** Below every version that an API server of some age remembers. */
const longGone = 1;

const isDeleted = ({ type }: WatchEvent): boolean => type === 'DELETED';

/** What any Kubernetes API must do for a client that was away: go on where that is possible, and say so where not. */
export function itBridgesGaps(open: (historyChanges: number) => Promise<TestCluster>): void {
  describe('gaps', () => {
    let cluster: TestCluster;
    let request: TestCluster['request'];
    let maps = '';
    const create = async (name: string, of: string): Promise<ApiBody> =>
      (await request('POST', maps, configMap(name, {}, { of }))).body;
    const watch = (query: string) => cluster.watch(`${maps}?watch=1&timeoutSeconds=20&${query}`);
    const list = async (query: string) => request('GET', `${maps}?${query}`);

    beforeAll(async () => {
      cluster = await open(rememberedChanges);
      request = cluster.request;
      maps = pathOf(cluster, 'configmaps');
    });
    afterAll(async () => cluster[Symbol.asyncDispose]());

    it('tells a watcher that was away of what was deleted meanwhile, and lists it no more', async () => {
      const { metadata } = await create('gone', 'gap');
      const first = watch(`labelSelector=of%3Dgap&resourceVersion=0`);
      const [seen] = await readUntil(first, () => true);
      expect(seen?.object.metadata.uid).toBe(metadata.uid);
      await request('DELETE', `${maps}/gone`);
      const events = await readUntil(
        watch(`labelSelector=of%3Dgap&resourceVersion=${metadata.resourceVersion}`),
        isDeleted,
      );
      expect(inShort(events)).toEqual(['DELETED gone']);
      const [deleted] = events;
      expect(deleted?.object.metadata.uid).toBe(metadata.uid);
      expect(deleted?.object.metadata.resourceVersion).not.toBe(metadata.resourceVersion);
      expect(namesOf((await list('labelSelector=of%3Dgap')).body)).toEqual([]);
    });

    it('tells an object that was deleted and made again under its name apart by uid, in order', async () => {
      const before = await create('same', 'twice');
      await request('PATCH', `${maps}/same`, { data: { a: '1' } }, mergePatch);
      await request('DELETE', `${maps}/same`);
      const after = await create('same', 'twice');
      const source = watch(`labelSelector=of%3Dtwice&resourceVersion=${before.metadata.resourceVersion}`);
      const events = await readUntil(source, ({ type }) => type === 'ADDED');
      expect(inShort(events)).toEqual(['MODIFIED same', 'DELETED same', 'ADDED same']);
      const uids = events.map(({ object }) => object.metadata.uid);
      expect(uids).toEqual([before.metadata.uid, before.metadata.uid, after.metadata.uid]);
      const refused = await request('DELETE', `${maps}/same`, { preconditions: { uid: before.metadata.uid } });
      expect([refused.status, refused.body.reason]).toEqual([409, 'Conflict']);
      expect((await request('GET', `${maps}/same`)).body.metadata.uid).toBe(after.metadata.uid);
    });

    it('goes on from a bookmark without telling anything twice', async () => {
      await create('marked', 'marks');
      const query =
        'labelSelector=of%3Dmarks&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
      const events = await readUntil(watch(query), ({ type }) => type === 'BOOKMARK');
      const mark = events.at(-1)?.object;
      expect(mark?.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
      expect(mark?.kind).toBe('ConfigMap');
      await create('later', 'marks');
      const source = watch(`labelSelector=of%3Dmarks&resourceVersion=${mark?.metadata.resourceVersion ?? ''}`);
      expect(inShort(await readUntil(source, () => true))).toEqual(['ADDED later']);
    });

    it('pages over the state of the first page while objects come, change and go', async () => {
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await create(`page-${name}`, 'pages');
      const first = (await list('labelSelector=of%3Dpages&limit=2')).body;
      const seen = namesOf(first);
      let next = first.metadata.continue ?? '';
      for (let page = 0; next !== '' && page < 10; page += 1) {
        if (page === 0) {
          await request('DELETE', `${maps}/page-a`);
          await request('DELETE', `${maps}/page-d`);
          await create('page-aa', 'pages');
          await create('page-z', 'pages');
        }
        const { body } = await list(`labelSelector=of%3Dpages&limit=2&continue=${encodeURIComponent(next)}`);
        expect(body.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
        seen.push(...namesOf(body));
        next = body.metadata.continue ?? '';
      }
      expect(seen).toEqual(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `page-${name}`));
      const source = watch(`labelSelector=of%3Dpages&resourceVersion=${first.metadata.resourceVersion}`);
      const events = await readUntil(source, (_, all) => all.length === 4);
      expect(inShort(events)).toEqual(['DELETED page-a', 'DELETED page-d', 'ADDED page-aa', 'ADDED page-z']);
    });

    it('refuses a continue token that it did not make', async () => {
      const first = (await list('limit=1')).body;
      const token = first.metadata.continue ?? '';
      for (const mangled of [
        `${token.slice(0, 8)}!`,
        'e30',
        Buffer.from('{"v":"meta.k8s.io/v2","rv":1}').toString('base64url'),
      ]) {
        const { status, body } = await list(`limit=1&continue=${encodeURIComponent(mangled)}`);
        expect({ mangled, status, reason: body.reason }).toEqual({ mangled, status: 400, reason: 'BadRequest' });
      }
    });

    describe('too long for the history', () => {
      let token = '';
      beforeAll(async () => {
        await create('old-a', 'old');
        await create('old-b', 'old');
        const { body } = await list('labelSelector=of%3Dold&limit=1');
        token = agedToken(body.metadata.continue ?? '');
        const maker = Array.from({ length: rememberedChanges * 2 }, (_, at) => at);
        for (const at of maker) await request('PATCH', `${maps}/old-a`, { data: { at: String(at) } }, mergePatch);
      });

      it('says 410 as an ERROR event to a watch that asks for a version long gone', async () => {
        const [first] = await readUntil(watch(`resourceVersion=${longGone}`), () => true);
        expect(first?.type).toBe('ERROR');
        expect(first?.object).toMatchObject({ kind: 'Status', status: 'Failure', code: 410, reason: 'Expired' });
        expect(first?.object.message).toMatch(/^too old resource version: 1 \(\d+\)$/u);
      });

      it('says 410 as the status of a list at a version long gone', async () => {
        const { status, body } = await list(`resourceVersion=${longGone}&resourceVersionMatch=Exact`);
        if (remembersAll(status, body)) return;
        expect(status).toBe(410);
        expect(body).toMatchObject({ code: 410, reason: 'Expired' });
        expect(body.message).toBe('The resourceVersion for the provided list is too old.');
      });

      it('says 410 to an expired continue token, with another to go on over the present state', async () => {
        const expired = await list(`labelSelector=of%3Dold&limit=1&continue=${encodeURIComponent(token)}`);
        if (remembersAll(expired.status, expired.body)) return;
        expect(expired.status).toBe(410);
        expect(expired.body).toMatchObject({ code: 410, reason: 'Expired' });
        expect(expired.body.message).toMatch(/^The provided continue parameter is too old/u);
        const inconsistent = expired.body.metadata.continue ?? '';
        await create('old-c', 'old');
        const rest = await list(`labelSelector=of%3Dold&continue=${encodeURIComponent(inconsistent)}`);
        expect(namesOf(rest.body)).toEqual(['old-b', 'old-c']);
      });
    });
  });
}

/**
 * A cluster whose etcd was never compacted, some minutes after its start, still
 * knows the beginning: nothing was there. The stand-in never gets here, with
 * its short history.
 */
function remembersAll(status: number, body: ApiBody): boolean {
  return status === 200 && body.items.length === 0 && body.metadata.resourceVersion === String(longGone);
}

/** A real token, as it would be had its first page been read long ago: nobody but a test may look inside. */
function agedToken(token: string): string {
  const inside = JSON.parse(Buffer.from(token, 'base64url').toString()) as Record<string, unknown>;
  return Buffer.from(JSON.stringify({ ...inside, rv: longGone })).toString('base64url');
}
