import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { status } from './api-server.js';
import type { Call, Pot } from './api-server.js';
import { eventually } from './eventually.js';
import { openKitchen } from './kitchen.js';
import type { Kitchen } from './kitchen.js';

let kitchen: Kitchen;
beforeEach(async () => {
  kitchen = await openKitchen();
});
afterEach(() => kitchen[Symbol.asyncDispose]());

describe('a reflector', () => {
  it('tells the list as reset, put and synced, then each event, by uid', async () => {
    await kitchen.begin();
    await kitchen.watches(1);
    kitchen.server.remove('kept');
    kitchen.server.put('kept', 'another');
    await kitchen.converged();
    expect(kitchen.changes.map(({ type }) => type)).toEqual(['reset', 'put', 'put', 'synced', 'gone', 'put']);
    expect(kitchen.changes.at(-2)).toEqual({ type: 'gone', key: 'kept-2' });
    expect(kitchen.changes.at(-1)).toEqual({ type: 'put', key: 'kept-5', object: 'another' });
  });

  it('reads a large collection page by page', async () => {
    for (let index = 0; index < 1_200; index += 1) kitchen.server.put(`pot ${index}`, 'full');
    kitchen.reflect();
    await kitchen.converged();
    expect(kitchen.server.calls.filter(({ kind }) => kind === 'list').map(({ query }) => query.get('limit'))).toEqual([
      '500',
      '500',
      '500',
    ]);
  });

  it('asks for a watch that ends between 5 and 10 minutes, with bookmarks, from the version of the list', async () => {
    await kitchen.begin({ labelSelector: 'a=b' });
    await kitchen.watches(1);
    const { query } = kitchen.server.calls.find(({ kind }) => kind === 'watch') as Call;
    expect(Number(query.get('timeoutSeconds'))).toBeGreaterThanOrEqual(300);
    expect(Number(query.get('timeoutSeconds'))).toBeLessThan(600);
    expect(Object.fromEntries(query)).toMatchObject({
      allowWatchBookmarks: 'true',
      labelSelector: 'a=b',
      resourceVersion: '3',
      watch: 'true',
    });
  });

  it('says that an object is gone when its name is suddenly another one', async () => {
    await kitchen.begin();
    await kitchen.watches(1);
    kitchen.server.pots.delete('kept');
    kitchen.server.put('kept', 'another');
    await kitchen.converged();
    expect(kitchen.changes.at(-2)).toEqual({ type: 'gone', key: 'kept-2' });
  });

  it('goes on from the last bookmark', async () => {
    await kitchen.begin();
    await kitchen.watches(1);
    kitchen.server.put('kept', 'second');
    kitchen.server.remove('kept');
    kitchen.server.bookmark();
    await eventually(() => kitchen.changes.at(-1)?.type === 'gone');
    kitchen.server.forget();
    kitchen.server.endWatches();
    await eventually(() => kitchen.server.count('watch') === 2);
    kitchen.changeEverything();
    await kitchen.converged();
    expect(kitchen.server.count('list')).toBe(1);
  });

  it('ends when it is disposed of, also while it waits', async () => {
    kitchen.server.fault = ({ response }) => (status(response, 500, 'InternalError', 'no'), true);
    const reflector = kitchen.reflect({ timing: { minMs: 60_000, maxMs: 120_000 } });
    await eventually(() => reflector.counts.failures === 1);
    await reflector[Symbol.asyncDispose]();
    expect(kitchen.server.calls).toHaveLength(1);
  });
});

describe('a defect on the receiving side', () => {
  it('does not hold up the feed when the sink throws, and is reported once', async () => {
    const errors: unknown[] = [];
    let thrown = 0;
    kitchen.reflect({
      onError: (error) => void errors.push(error),
      sink() {
        thrown += 1;
        throw new Error('full');
      },
    });
    await kitchen.watches(1);
    kitchen.server.put('kept', 'first');
    await eventually(() => thrown === 3);
    expect(errors.map(String)).toEqual(['Error: full']);
  });

  it('leaves out an object that cannot be read, and no other', async () => {
    const errors: unknown[] = [];
    kitchen.server.put('bad', 'poison');
    kitchen.server.put('good', 'soup');
    kitchen.reflect({
      onError: (error) => void errors.push(error),
      decode(raw) {
        if ((raw as Pot).fill === 'poison') throw new Error('not edible');
        return { key: raw.metadata?.uid ?? '', object: (raw as Pot).fill };
      },
    });
    await kitchen.store.whenSynced();
    expect([...kitchen.store.values()]).toEqual(['soup']);
    expect(errors.map(String)).toEqual(['Error: not edible']);
  });
});
