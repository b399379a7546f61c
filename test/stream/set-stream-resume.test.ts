import { afterEach, describe, expect, it } from '@jest/globals';
import { digestOf, encodeCursor } from '../../src/stream/cursor.js';
import { createLiveStore } from '../../src/stream/live-store.js';
import { openSetStream } from '../../src/stream/set-stream.js';
import { closeAll, filled, next, open, opened } from './opened.js';
import type { Numbers, Thing } from './opened.js';

afterEach(closeAll);

describe('coming back', () => {
  it('with the last cursor brings what was missed and nothing else', async () => {
    const store = filled('a', 'b', 'c');
    const { cursor } = await next(open(store));
    store.apply({ type: 'gone', key: 'a' });
    store.apply({ type: 'put', key: 'b', object: { name: 'b', owner: 'new' } });
    expect(await next(open(store, { after: cursor }))).toMatchObject({
      reset: false,
      synced: true,
      changed: { things: [{ name: 'b', owner: 'new' }] },
      gone: ['id-a'],
    });
  });

  it('does not name what the reader cannot have seen, when the source can tell', async () => {
    const store = filled('a');
    const needs = { includes: ({ owner }: Thing) => owner === 'us', goneId: (key: string) => key };
    const sources = { things: { store, ...needs, mayHaveIncluded: needs.includes } };
    const first = openSetStream<Numbers>({ scope: '', sources });
    opened.push(first);
    const { cursor } = await next(first);
    store.apply({ type: 'gone', key: 'a' });
    const again = openSetStream<Numbers>({ scope: '', sources, after: cursor });
    opened.push(again);
    expect(await next(again)).toMatchObject({ reset: false, gone: [] });
  });

  it.each([
    '',
    'rubbish',
    'W10',
    encodeCursor([['things', { position: { local: { epoch: 'other', sequence: 0 } } }]], digestOf('')),
  ])('with the cursor %j, which is of no use, brings a snapshot', async (after) => {
    expect(await next(open(filled('a'), { after }))).toMatchObject({
      reset: true,
      changed: { things: [{ name: 'a' }] },
    });
  });

  it('with the cursor of a stream about something else brings a snapshot', async () => {
    const store = filled('a');
    const { cursor } = await next(open(store, { scope: 'experiment 1' }));
    expect(await next(open(store, { scope: 'experiment 2', after: cursor }))).toMatchObject({ reset: true });
    expect(await next(open(store, { scope: 'experiment 1', after: cursor }))).toMatchObject({ reset: false });
  });

  it('after more deletions than are remembered brings a snapshot', async () => {
    const store = createLiveStore<Thing>({ tombstones: 1 });
    store.apply({ type: 'synced' });
    for (const name of ['a', 'b']) store.apply({ type: 'put', key: name, object: { name } });
    const { cursor } = await next(open(store));
    for (const key of ['a', 'b']) store.apply({ type: 'gone', key });
    expect(await next(open(store, { after: cursor }))).toMatchObject({ reset: true, gone: [] });
  });
});
