import { describe, expect, it } from '@jest/globals';
import { createLiveStore } from '../../src/stream/live-store.js';
import type { StoreEvent } from '../../src/stream/store-event.js';

const put = (key: string, object: unknown = { key }) => ({ type: 'put' as const, key, object });

describe('a live store', () => {
  it('tells each change once, with what was there before, under a number that grows by one', () => {
    const store = createLiveStore<unknown>();
    const events: StoreEvent<unknown>[] = [];
    store.onChange((event) => void events.push(event));
    store.apply(put('a', 1));
    store.apply(put('a', 2));
    store.apply({ type: 'gone', key: 'a' });
    store.apply({ type: 'gone', key: 'a' });
    expect(events).toEqual([
      { key: 'a', object: 1, place: { sequence: 1 } },
      { key: 'a', object: 2, previous: 1, place: { sequence: 2 } },
      { key: 'a', previous: 2, place: { sequence: 3 } },
    ]);
  });

  it('takes the same content again for no change, whatever the order of its fields', () => {
    const store = createLiveStore<unknown>();
    store.apply(put('a', { x: 1, list: [{ y: null }], absent: undefined }));
    store.apply(put('a', { list: [{ y: null }], x: 1 }));
    expect(store.sequence).toBe(1);
    store.apply(put('a', { list: [{ y: null }], x: 1, more: 0 }));
    expect(store.sequence).toBe(2);
  });

  it('shows the old content until a relist is whole, then only the differences', () => {
    const store = createLiveStore<unknown>();
    for (const key of ['a', 'b', 'c']) store.apply(put(key));
    const changed: [string, unknown][] = [];
    store.onChange(({ key, object }) => void changed.push([key, object]));

    store.apply({ type: 'reset' });
    store.apply(put('a'));
    store.apply(put('b', 'new'));
    store.apply(put('d'));
    store.apply({ type: 'gone', key: 'd' });
    expect([...store.entries()].map(([key]) => key)).toEqual(['a', 'b', 'c']);
    expect(changed).toEqual([]);

    store.apply({ type: 'synced' });
    expect(new Map(changed)).toEqual(
      new Map<string, unknown>([
        ['c', undefined],
        ['b', 'new'],
      ]),
    );
    expect([...store.entries()]).toEqual([
      ['a', { key: 'a' }],
      ['b', 'new'],
    ]);
  });

  it('forgets half a relist when another begins', () => {
    const store = createLiveStore<unknown>();
    store.apply({ type: 'reset' });
    store.apply(put('half'));
    store.apply({ type: 'reset' });
    store.apply(put('whole'));
    store.apply({ type: 'synced' });
    expect([...store.entries()].map(([key]) => key)).toEqual(['whole']);
  });

  it('goes on telling the others when one listener throws', () => {
    const thrown: unknown[] = [];
    const heard: string[] = [];
    const store = createLiveStore<unknown>({ onError: (error) => void thrown.push(error) });
    store.onChange(() => {
      throw new Error('deaf');
    });
    const end = store.onChange(({ key }) => void heard.push(key));
    store.apply(put('a'));
    end();
    store.apply(put('b'));
    expect(heard).toEqual(['a']);
    expect(thrown.map(String)).toEqual(['Error: deaf', 'Error: deaf']);
  });

  it('says what a reader missed, deletions included, as far back as it remembers', () => {
    const store = createLiveStore<string>({ tombstones: 2 });
    for (const key of ['a', 'b', 'c', 'd']) store.apply(put(key, key) as never);
    store.apply({ type: 'gone', key: 'a' });
    store.apply({ type: 'gone', key: 'b' });
    expect(store.since(3)).toEqual({ objects: [['d', 'd']], gone: ['a', 'b'] });
    expect(store.since(3, (last) => last === 'b')).toEqual({ objects: [], gone: ['b'] });
    expect(store.since(store.sequence)).toEqual({ objects: [], gone: [] });
    expect(store.since(store.sequence + 1)).toBeUndefined();
    store.apply({ type: 'gone', key: 'c' });
    expect(store.since(4)).toBeUndefined();
    expect(store.since(5)).toEqual({ objects: [], gone: ['b', 'c'] });
  });

  it('does not call deleted what is back', () => {
    const store = createLiveStore<unknown>();
    store.apply(put('a', 1));
    store.apply({ type: 'gone', key: 'a' });
    store.apply(put('a', 1));
    expect(store.since(1)).toEqual({ objects: [['a', 1]], gone: [] });
  });

  it('tells that its source went stale or came back, not that it is a little fresher', () => {
    const store = createLiveStore<unknown>({ now: () => 1 });
    expect(store.freshness).toMatchObject({ asOf: 1, staleSince: 1 });
    const told: unknown[] = [];
    store.onFreshness((freshness) => void told.push(freshness));
    store.setFreshness({ asOf: 2 });
    store.setFreshness({ asOf: 3 });
    store.setFreshness({ asOf: 3, staleSince: 4, reason: 'gone' });
    expect(told).toEqual([{ asOf: 2 }, { asOf: 3, staleSince: 4, reason: 'gone' }]);
  });

  it('lets wait for the first list, and stops waiting by a signal', async () => {
    const store = createLiveStore<unknown>();
    const abort = new AbortController();
    const patient = store.whenSynced();
    const impatient = store.whenSynced(abort.signal);
    abort.abort(new Error('enough'));
    await expect(impatient).rejects.toThrow('enough');
    expect(store.synced).toBe(false);
    store.apply({ type: 'synced' });
    await patient;
    await store.whenSynced();
    expect(store.synced).toBe(true);
  });
});
