import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { status } from './api-server.js';
import type { Call } from './api-server.js';
import { eventually } from './eventually.js';
import { openKitchen, quick } from './kitchen.js';
import type { Kitchen } from './kitchen.js';

let kitchen: Kitchen;
beforeEach(async () => {
  kitchen = await openKitchen();
});
afterEach(() => kitchen[Symbol.asyncDispose]());

const firstSync = 'watchList';
const kinds = (): string[] => kitchen.server.calls.map(({ kind }) => kind);

const meta = (name: string, version: number) => ({
  name,
  namespace: 'home',
  uid: name,
  resourceVersion: String(version),
});

describe('a reflector that begins with a watch list', () => {
  it('tells it as a whole list, and goes on with the same watch', async () => {
    await kitchen.begin({ firstSync, labelSelector: 'a=b' });
    kitchen.changeEverything();
    await kitchen.converged();
    expect(kinds()).toEqual(['watch']);
    const { query } = kitchen.server.calls[0] as Call;
    expect(Object.fromEntries(query)).toMatchObject({
      watch: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
      labelSelector: 'a=b',
    });
    expect(query.has('resourceVersion')).toBe(false);
    const types = kitchen.changes.map(({ type }) => type);
    expect(types).toEqual(['reset', 'put', 'put', 'synced', 'put', 'gone', 'put']);
  });

  it('watches on from the version it was told, without a second list', async () => {
    const reflector = await kitchen.begin({ firstSync });
    kitchen.server.endWatches();
    await kitchen.watches(2);
    kitchen.changeEverything();
    await kitchen.converged();
    expect(kitchen.server.calls[1]?.query.get('resourceVersion')).toBe('3');
    expect(reflector.counts.lists).toBe(0);
  });

  it('takes a watch list again when its version is too old', async () => {
    await kitchen.begin({ firstSync });
    kitchen.server.fault = ({ query, response }) => {
      if (!query.has('resourceVersion')) return false;
      status(response, 410, 'Expired', 'too old');
      return true;
    };
    kitchen.server.endWatches();
    kitchen.changeEverything();
    await kitchen.converged();
    expect(kinds().filter((kind) => kind === 'list')).toEqual([]);
    expect(kitchen.changes.filter(({ type }) => type === 'reset')).toHaveLength(2);
  });

  it.each([400, 403, 422])('reads pages at once, and from then on, where that is refused with %s', async (code) => {
    kitchen.server.fault = ({ query, response }) => {
      if (!query.has('sendInitialEvents')) return false;
      status(response, code, 'Invalid', 'sendInitialEvents is forbidden for watch');
      return true;
    };
    await kitchen.begin({ firstSync, timing: { ...quick, minMs: 60_000, maxMs: 120_000 } });
    kitchen.changeEverything();
    await kitchen.converged();
    expect(kinds()).toEqual(['watch', 'list', 'watch']);
    expect(kitchen.freshness.every(({ staleSince }) => staleSince === undefined)).toBe(true);
  });

  it('does not ask without a pause where pages are refused too', async () => {
    kitchen.server.fault = ({ response }) => (status(response, 403, 'Forbidden', 'no'), true);
    const reflector = kitchen.reflect({ firstSync, timing: { ...quick, minMs: 60_000, maxMs: 120_000 } });
    await eventually(() => reflector.counts.failures === 2);
    await reflector[Symbol.asyncDispose]();
    expect(kinds()).toEqual(['watch', 'list']);
  });

  it('tells no half of it, and reads pages after the second that did not become whole', async () => {
    kitchen.onFirstWatches(2, ({ request, response }) => {
      const object = { metadata: { name: 'ghost', namespace: 'home', uid: 'ghost', resourceVersion: '1' }, fill: '' };
      response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`, () => void request.socket.resetAndDestroy());
    });
    await kitchen.begin({ firstSync });
    expect(kinds().slice(0, 3)).toEqual(['watch', 'watch', 'list']);
    expect(kitchen.changes.map(({ type }) => type)).toEqual(['reset', 'put', 'put', 'synced']);
  });

  it('counts what happens before its end: an object that came and went is not in it', async () => {
    kitchen.onFirstWatches(1, ({ response }) => {
      const annotations = { 'k8s.io/initial-events-end': 'true' };
      for (const event of [
        { type: 'ADDED', object: { metadata: meta('a', 1), fill: 'old' } },
        { type: 'ADDED', object: { metadata: meta('b', 2), fill: 'old' } },
        { type: 'MODIFIED', object: { metadata: meta('a', 3), fill: 'new' } },
        { type: 'DELETED', object: { metadata: meta('b', 4), fill: 'old' } },
        { type: 'BOOKMARK', object: { metadata: { resourceVersion: '4', annotations } } },
      ]) {
        response.write(`${JSON.stringify(event)}\n`);
      }
    });
    kitchen.reflect({ firstSync });
    await kitchen.store.whenSynced();
    expect([...kitchen.store.entries()]).toEqual([['a', 'new']]);
  });
});
