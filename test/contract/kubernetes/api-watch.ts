import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configMap, inShort, mergePatch, pathOf, readUntil } from './examples.js';
import type { TestCluster, WatchEvent } from './open-cluster.js';

const isDeletionOf = (name: string) => (event: WatchEvent) =>
  event.type === 'DELETED' && event.object.metadata.name === name;
const isMark = ({ type, object }: WatchEvent): boolean =>
  type === 'BOOKMARK' && object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true';

/** What any Kubernetes API must do when it is watched. */
export function itIsWatched(open: () => Promise<TestCluster>): void {
  describe('watches', () => {
    let cluster: TestCluster;
    let request: TestCluster['request'];
    let maps = '';
    const create = async (name: string, labels: Record<string, string>) =>
      (await request('POST', maps, configMap(name, {}, labels))).body.metadata.resourceVersion;
    const watch = (query: string) => cluster.watch(`${maps}?watch=1&timeoutSeconds=20&${query}`);

    beforeAll(async () => {
      cluster = await open();
      request = cluster.request;
      maps = pathOf(cluster, 'configmaps');
    });
    afterAll(async () => cluster[Symbol.asyncDispose]());

    it('tells every change after a version, in order', async () => {
      const version = await create('w1', { of: 'order' });
      await request('PATCH', `${maps}/w1`, { data: { a: '1' } }, mergePatch);
      await create('w2', { of: 'order' });
      await request('DELETE', `${maps}/w1`);
      await request('DELETE', `${maps}/w2`);
      const events = await readUntil(watch(`labelSelector=of%3Dorder&resourceVersion=${version}`), isDeletionOf('w2'));
      expect(inShort(events)).toEqual(['MODIFIED w1', 'ADDED w2', 'DELETED w1', 'DELETED w2']);
      const versions = events.map(({ object }) => BigInt(object.metadata.resourceVersion));
      expect(versions).toEqual(versions.toSorted((a, b) => (a < b ? -1 : 1)));
      expect(events[2]?.object.data).toEqual({ a: '1' });
    });

    it('begins with what there is when no version is named', async () => {
      await create('b1', { of: 'begin' });
      await create('b2', { of: 'begin' });
      const events = await readUntil(watch('labelSelector=of%3Dbegin'), (_, all) => all.length === 2);
      expect(inShort(events).sort()).toEqual(['ADDED b1', 'ADDED b2']);
      const cached = await readUntil(watch('labelSelector=of%3Dbegin&resourceVersion=0'), (_, all) => all.length === 2);
      expect(inShort(cached).sort()).toEqual(['ADDED b1', 'ADDED b2']);
    });

    it('marks the end of the initial events of a watch list, then goes on', async () => {
      await create('l1', { of: 'list' });
      const query =
        'labelSelector=of%3Dlist&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
      const source = watch(query);
      let made: Promise<unknown> | undefined;
      const events = await readUntil(source, (event) => {
        if (isMark(event)) made = create('l2', { of: 'list' });
        return event.object.metadata.name === 'l2';
      });
      await made;
      expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK', 'ADDED']);
      expect(events[1]?.object.metadata.resourceVersion).toMatch(/^\d+$/u);
    });

    it('sends no initial events when told not to', async () => {
      const version = await create('n1', { of: 'none' });
      await create('n2', { of: 'none' });
      const query = `sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion=${version}`;
      const events = await readUntil(watch(`labelSelector=of%3Dnone&${query}`), (_, all) => all.length === 1);
      expect(inShort(events)).toEqual(['ADDED n2']);
    });

    it('shows what enters a selection as added and what leaves it as deleted', async () => {
      const version = await create('s1', { colour: 'red' });
      const paint = (colour: string) =>
        request('PATCH', `${maps}/s1`, { metadata: { labels: { colour } } }, mergePatch);
      await paint('green');
      await request('PATCH', `${maps}/s1`, { data: { a: '1' } }, mergePatch);
      await paint('blue');
      const { body: last } = await paint('green');
      await request('DELETE', `${maps}/s1`);
      const source = watch(`labelSelector=colour%3Dgreen&resourceVersion=${version}`);
      let deletions = 0;
      const events = await readUntil(source, ({ type }) => type === 'DELETED' && (deletions += 1) === 2);
      expect(inShort(events)).toEqual(['ADDED s1', 'MODIFIED s1', 'DELETED s1', 'ADDED s1', 'DELETED s1']);
      expect(events[2]?.object.metadata.labels).toEqual({ colour: 'green' });
      expect(events[3]?.object.metadata.resourceVersion).toBe(last.metadata.resourceVersion);
    });

    it('tells an object made again under its name by its uid', async () => {
      const version = await create('again', { of: 'again' });
      await request('DELETE', `${maps}/again`);
      await create('again', { of: 'again' });
      const events = await readUntil(
        watch(`labelSelector=of%3Dagain&resourceVersion=${version}`),
        ({ type }) => type === 'ADDED',
      );
      expect(inShort(events)).toEqual(['DELETED again', 'ADDED again']);
      expect(events[0]?.object.metadata.uid).not.toBe(events[1]?.object.metadata.uid);
    });

    it('sees one object only when one is named, and one namespace only', async () => {
      const version = await create('o1', { of: 'one' });
      await create('o2', { of: 'one' });
      await request('DELETE', `${maps}/o2`);
      await request('DELETE', `${maps}/o1`);
      const events = await readUntil(
        watch(`fieldSelector=metadata.name%3Do2&resourceVersion=${version}`),
        isDeletionOf('o2'),
      );
      expect(inShort(events)).toEqual(['ADDED o2', 'DELETED o2']);
    });

    it('says 410 in the stream for a version that is too old', async () => {
      const events = await readUntil(
        cluster.watch('/api/v1/namespaces?watch=1&resourceVersion=1&timeoutSeconds=5'),
        () => true,
      );
      const [first] = events;
      const isTold = first?.type === 'ERROR' && first.object.code === 410 && first.object.reason === 'Expired';
      const isRemembered =
        first !== undefined && first.type !== 'ERROR' && BigInt(first.object.metadata.resourceVersion) > 1n;
      expect(isTold || isRemembered).toBe(true);
    });

    it('ends after its time', async () => {
      const events = await readUntil(
        cluster.watch(`${maps}?watch=1&labelSelector=of%3Dnobody&timeoutSeconds=1`),
        () => false,
      );
      expect(events).toEqual([]);
    });

    it('refuses options that contradict each other', async () => {
      const unmatched = await request('GET', `${maps}?watch=1&sendInitialEvents=true`);
      expect(unmatched).toMatchObject({
        status: 422,
        body: { details: { causes: [{ field: 'resourceVersionMatch' }] } },
      });
      expect((await request('GET', `${maps}?watch=1&labelSelector=a%3D%3D%3Db`)).status).toBe(400);
    });

    it('keeps many watches at once', async () => {
      const version = await create('many', { of: 'many' });
      const readings = Array.from({ length: 50 }, () =>
        readUntil(watch(`labelSelector=of%3Dmany&resourceVersion=${version}`), isDeletionOf('many')),
      );
      await request('DELETE', `${maps}/many`);
      const all = await Promise.all(readings);
      expect(new Set(all.map((events) => inShort(events).join()))).toEqual(new Set(['DELETED many']));
    });
  });
}
