import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReflectorTiming } from '../../../src/cluster/reflector-timing.js';
import { eventually } from '../../cluster/eventually.js';
import { configMap, mergePatch, pathOf } from './examples.js';
import type { ApiBody, TestCluster } from './open-cluster.js';
import { follow } from './reflector-follow.js';
import type { Followed } from './reflector-follow.js';

/** So few that what the tests make is enough to push the first versions out of a stand-in's memory. */
const rememberedChanges = 150;
/** More than one page of our lists. */
const many = 620;

/** What any Kubernetes API must do for our reflector, and it for us, by each of its two ways to read a list. */
export function itFeedsReflectors(open: (historyChanges: number) => Promise<TestCluster>): void {
  describe.each(['pages', 'watchList'] as const)('a reflector that reads %s first', (firstSync) => {
    let cluster: TestCluster;
    let followed: Followed | undefined;
    let maps = '';
    const create = async (name: string, of: string): Promise<ApiBody> =>
      (await cluster.request('POST', maps, configMap(name, {}, { of }))).body;
    const change = (name: string, at: string) =>
      cluster.request('PATCH', `${maps}/${name}`, { data: { at } }, mergePatch);
    const remove = (name: string) => cluster.request('DELETE', `${maps}/${name}`);
    const begin = async (of: string, timing: Partial<ReflectorTiming> = {}): Promise<Followed> => {
      followed = await follow(cluster, of, { firstSync, timing });
      await followed.agrees();
      return followed;
    };

    beforeAll(async () => {
      cluster = await open(rememberedChanges);
      maps = pathOf(cluster, 'configmaps');
    });
    afterEach(async () => {
      await followed?.[Symbol.asyncDispose]();
      followed = undefined;
    });
    afterAll(async () => cluster[Symbol.asyncDispose]());

    it('holds everything after its first sync, each object told once', async () => {
      for (let made = 0; made < many; made += 20) {
        await Promise.all(Array.from({ length: 20 }, (_, index) => create(`many-${made + index}`, 'many')));
      }
      const { agrees, reflector, changes } = await begin('many');
      expect(await agrees()).toBe(many);
      expect(changes).toHaveLength(many + 2);
      expect(reflector.counts).toMatchObject({ lists: firstSync === 'pages' ? 1 : 0, failures: 0 });
    });

    it('tells each change once, and in order', async () => {
      const kept = await create('kept', 'changes');
      const one = await begin('changes');
      const other = await create('other', 'changes');
      await change('kept', '1');
      await change('kept', '2');
      await remove('other');
      expect(await one.agrees()).toBe(1);
      await eventually(() => one.changes.length === 7, 'all changes');
      const keys = one.changes.slice(3).map((told) => ('key' in told ? [told.type, told.key] : [told.type]));
      expect(keys).toEqual([
        ['put', other.metadata.uid],
        ['put', kept.metadata.uid],
        ['put', kept.metadata.uid],
        ['gone', other.metadata.uid],
      ]);
    });

    it('learns what was deleted, changed and made while its watch was cut, and says that it was cut', async () => {
      const gone = await create('gone', 'gap');
      await create('stays', 'gap');
      const one = await begin('gap');
      one.cut();
      await eventually(one.isStale, 'the word that it is cut');
      await remove('gone');
      await change('stays', '1');
      await create('new', 'gap');
      one.mend();
      expect(await one.agrees()).toBe(2);
      expect(one.changes).toContainEqual({ type: 'gone', key: gone.metadata.uid });
      expect(one.resets()).toBe(1);
      await eventually(() => !one.isStale(), 'the word that it is no longer cut');
    });

    it('finds out that its connection is half open, says so, and goes on over a new one', async () => {
      const gone = await create('gone-too', 'silence');
      await create('stays-too', 'silence');
      const one = await begin('silence', { bookmarkMs: 400, slackMs: 200 });
      // What comes over the watch shows that it is open.
      await change('stays-too', '0');
      await one.agrees();
      one.freeze();
      await remove('gone-too');
      await change('stays-too', '1');
      await eventually(one.isStale, 'the word that nothing is heard');
      expect(one.freshness.at(-1)?.reason).toBe('nothing was heard for 0.6 s');
      one.mend();
      expect(await one.agrees()).toBe(1);
      expect(one.changes).toContainEqual({ type: 'gone', key: gone.metadata.uid });
      expect(one.resets()).toBe(1);
    });

    it('takes what was deleted and made again under its name for another object, seen or unseen', async () => {
      const first = await create('same', 'twice');
      const one = await begin('twice');
      await remove('same');
      const second = await create('same', 'twice');
      await one.agrees();
      one.cut();
      await remove('same');
      const third = await create('same', 'twice');
      one.mend();
      expect(await one.agrees()).toBe(1);
      const told = one.changes.slice(3).map((each) => ('key' in each ? [each.type, each.key] : [each.type]));
      expect(told).toEqual([
        ['gone', first.metadata.uid],
        ['put', second.metadata.uid],
        ['gone', second.metadata.uid],
        ['put', third.metadata.uid],
      ]);
    });

    it('reads a whole list anew when its version is too old, and loses nothing', async () => {
      await create('old-gone', 'old');
      await create('old-stays', 'old');
      const one = await begin('old');
      one.cut();
      await remove('old-gone');
      await change('old-stays', '1');
      await create('old-new', 'old');
      one.age();
      one.mend();
      expect(await one.agrees()).toBe(2);
      await eventually(() => one.resets() === 2, 'the second list');
      expect(one.reflector.counts.lists).toBe(firstSync === 'pages' ? 2 : 0);
      await change('old-stays', '2');
      expect(await one.agrees()).toBe(2);
      await eventually(() => !one.isStale(), 'the word that it is up to date');
    });
  });
}
