import { afterEach, describe, expect, it } from '@jest/globals';
import { createLiveStore } from '../../src/stream/live-store.js';
import type { LiveStore } from '../../src/stream/live-store.js';
import { openSetStream } from '../../src/stream/set-stream.js';
import { closeAll, filled, names, next, open, opened } from './opened.js';
import type { Thing } from './opened.js';

afterEach(closeAll);

describe('a snapshot', () => {
  it('comes in parts, the first of which resets and the last of which is whole', async () => {
    const stream = open(filled('a', 'b', 'c', 'd', 'e'), { partSize: 2 });
    const parts = [await next(stream), await next(stream), await next(stream)];
    expect(parts.map(names)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(parts.map(({ reset }) => reset)).toEqual([true, false, false]);
    expect(parts.map(({ synced }) => synced)).toEqual([false, false, true]);
  });

  it('is told even when there is nothing in it', async () => {
    expect(await next(open(filled()))).toMatchObject({ reset: true, synced: true, changed: { things: [] }, gone: [] });
  });

  it('leaves out what went away before its part was taken, and says nothing of it', async () => {
    const store = filled('a', 'b', 'c');
    const stream = open(store, { partSize: 1 });
    await next(stream);
    store.apply({ type: 'gone', key: 'b' });
    expect(await next(stream)).toMatchObject({ changed: { things: [{ name: 'c' }] }, gone: [], synced: true });
  });

  it('begins again when its stream broke before it was whole', async () => {
    const store = filled('a', 'b', 'c');
    const { cursor } = await next(open(store, { partSize: 1 }));
    expect(await next(open(store, { after: cursor }))).toMatchObject({ reset: true, synced: true });
  });

  it('of a source that never answered comes after a while, marked stale and not whole, and goes on with the answer', async () => {
    const store = createLiveStore<Thing>();
    const stream = open(store, { patienceMs: 1 });
    const first = await next(stream);
    expect(first).toMatchObject({ reset: true, synced: false, changed: { things: [] } });
    expect(first.freshness.reason).toBe('The source has not answered yet.');

    const parked = next(stream);
    store.setFreshness({ asOf: 7 });
    store.apply({ type: 'reset' });
    store.apply({ type: 'put', key: 'a', object: { name: 'a' } });
    store.apply({ type: 'synced' });
    const second = await parked;
    expect(second).toMatchObject({ reset: false, synced: true, changed: { things: [{ name: 'a' }] } });
    expect(second.freshness).toEqual({ asOf: 7 });
  });

  it('waits for a source that answers in time', async () => {
    const store = createLiveStore<Thing>();
    const parked = next(open(store));
    store.apply({ type: 'put', key: 'a', object: { name: 'a' } });
    store.apply({ type: 'synced' });
    expect(await parked).toMatchObject({ reset: true, synced: true, changed: { things: [{ name: 'a' }] } });
  });
});

describe('changes', () => {
  it('of one moment come as one message, the newest state of each object', async () => {
    const store = filled('a');
    const stream = open(store);
    await next(stream);
    const parked = next(stream);
    for (const owner of ['x', 'y', 'z']) store.apply({ type: 'put', key: 'a', object: { name: 'a', owner } });
    store.apply({ type: 'put', key: 'b', object: { name: 'b' } });
    expect((await parked).changed.things).toEqual([{ name: 'a', owner: 'z' }, { name: 'b' }]);
  });

  it('turn an object that is not included any more into a gone one, and know nothing of the others', async () => {
    const store = filled();
    const stream = open(store, {}, ({ owner }) => owner === 'us');
    await next(stream);
    store.apply({ type: 'put', key: 'a', object: { name: 'a', owner: 'us' } });
    store.apply({ type: 'put', key: 'b', object: { name: 'b', owner: 'them' } });
    expect(names(await next(stream))).toEqual(['a']);
    store.apply({ type: 'gone', key: 'b' });
    store.apply({ type: 'put', key: 'a', object: { name: 'a', owner: 'them' } });
    expect(await next(stream)).toMatchObject({ changed: { things: [] }, gone: ['id-a'] });
  });

  it('of a source that went stale and came back are told though no object changed', async () => {
    const store = filled('a');
    const stream = open(store);
    await next(stream);
    const stale = next(stream);
    store.setFreshness({ asOf: 1_000, staleSince: 2_000, reason: 'no route' });
    expect((await stale).freshness).toEqual({ asOf: 1_000, staleSince: 2_000, reason: 'no route' });
    const fresh = next(stream);
    store.setFreshness({ asOf: 3_000 });
    expect(await fresh).toMatchObject({ freshness: { asOf: 3_000 }, changed: { things: [] }, synced: true });
  });

  it('under a relist are only those that changed something', async () => {
    const store = filled('a', 'b', 'c');
    const stream = open(store);
    await next(stream);
    const parked = next(stream);
    store.apply({ type: 'reset' });
    store.apply({ type: 'put', key: 'b', object: { name: 'b' } });
    store.apply({ type: 'put', key: 'c', object: { name: 'c', owner: 'new' } });
    store.apply({ type: 'synced' });
    expect(await parked).toMatchObject({
      reset: false,
      changed: { things: [{ name: 'c', owner: 'new' }] },
      gone: ['id-a'],
    });
  });
});

describe('being caught up', () => {
  it('begins when everything that is there was taken, and ends with the next change until that is taken', async () => {
    const store = filled('a', 'b', 'c');
    const stream = open(store, { partSize: 2 });
    expect([stream.isCaughtUp, stream.pending]).toEqual([false, 3]);
    await next(stream);
    expect([stream.isCaughtUp, stream.pending]).toEqual([false, 1]);
    await next(stream);
    expect([stream.isCaughtUp, stream.pending]).toEqual([true, 0]);
    for (const owner of ['x', 'y']) store.apply({ type: 'put', key: 'a', object: { name: 'a', owner } });
    expect([stream.isCaughtUp, stream.pending]).toEqual([false, 1]);
    await next(stream);
    expect(stream.isCaughtUp).toBe(true);
  });

  it('is not while the source has not answered, nor while it is not told that it is stale', async () => {
    const silent = open(createLiveStore<Thing>(), { patienceMs: 1 });
    await next(silent);
    expect(silent.isCaughtUp).toBe(false);
    const store = filled('a');
    const stream = open(store);
    await next(stream);
    store.setFreshness({ asOf: 1_000, staleSince: 2_000, reason: 'no route' });
    expect(stream.isCaughtUp).toBe(false);
    await next(stream);
    expect(stream.isCaughtUp).toBe(true);
  });
});

const fussy = (): boolean => {
  throw new Error('no opinion');
};

describe('the end', () => {
  it('comes at once to a pull that is parked, and is told once', async () => {
    let closed = 0;
    const stream = open(filled(), { onClose: () => (closed += 1) });
    await next(stream);
    const parked = stream.next();
    await stream.return?.();
    await stream.return?.();
    expect(await parked).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(closed).toBe(1);
  });

  it('comes by the signal too, also while a source has not answered', async () => {
    const abort = new AbortController();
    const parked = open(createLiveStore<Thing>(), { signal: abort.signal }).next();
    abort.abort();
    expect(await parked).toEqual({ done: true, value: undefined });
  });

  it('is an error, told once, when it cannot be said what is included', async () => {
    const atOnce = open(filled('a'), {}, fussy);
    await expect(atOnce.next()).rejects.toThrow('no opinion');
    expect(await atOnce.next()).toEqual({ done: true, value: undefined });

    const store = filled();
    let closed = 0;
    const later = open(store, { onClose: () => (closed += 1) }, fussy);
    await next(later);
    const parked = later.next();
    store.apply({ type: 'put', key: 'a', object: { name: 'a' } });
    await expect(parked).rejects.toThrow('no opinion');
    expect(await later.next()).toEqual({ done: true, value: undefined });
    expect(closed).toBe(1);
  });
});

const source = (store: LiveStore<Thing>) => ({ store, includes: () => true, goneId: (key: string) => key });

it('reads several sources as one, its freshness that of the worst', async () => {
  const fast = filled('a');
  const slow = filled('b');
  slow.setFreshness({ asOf: 5, staleSince: 6, reason: 'slow' });
  const stream = openSetStream<{ fast: Thing; slow: Thing }>({
    scope: '',
    sources: { fast: source(fast), slow: source(slow) },
  });
  opened.push(stream);
  const { value } = await stream.next();
  expect(value).toMatchObject({
    changed: { fast: [{ name: 'a' }], slow: [{ name: 'b' }] },
    freshness: { asOf: 5, staleSince: 6, reason: 'slow' },
  });
});
