import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { positionOf, versionAt } from '../../src/cluster/source-position.js';
import { watchHistory } from '../../src/cluster/watch-history.js';
import { openKitchen } from './kitchen.js';
import type { Kitchen } from './kitchen.js';

let kitchen: Kitchen;
beforeEach(async () => {
  kitchen = await openKitchen();
});
afterEach(() => kitchen[Symbol.asyncDispose]());

const at = (version: number): string => positionOf(String(version)) ?? '';
const history = (from: number, through: number, limitMs?: number) =>
  watchHistory({
    connection: kitchen.connection,
    path: kitchen.server.path,
    labelSelector: 'a=b',
    from: at(from),
    through: at(through),
    ...(limitMs === undefined ? {} : { limitMs }),
  });

describe('what happened between two versions', () => {
  beforeEach(() => {
    kitchen.server.put('kept', 'first');
    kitchen.server.put('dropped', 'first');
    kitchen.server.put('kept', 'second');
    kitchen.server.remove('dropped');
  });

  it('is told in order, deletions with what went, and ends as soon as it is whole', async () => {
    const told = await history(3, 5);
    if (typeof told === 'string') throw new Error(told);
    expect(told.through).toBe(at(5));
    expect(told.events).toMatchObject([
      { position: at(4), isGone: false, object: { metadata: { name: 'kept' } } },
      { position: at(5), isGone: true, object: { metadata: { name: 'dropped' } } },
    ]);
    expect(kitchen.server.calls[0]?.query.get('labelSelector')).toBe('a=b');
  });

  it('is whole by a bookmark too, where nothing happened at last', async () => {
    kitchen.server.fault = ({ kind, number }) => {
      if (kind === 'watch' && number === 1) setTimeout(() => kitchen.server.bookmark(), 20);
      return false;
    };
    expect(await history(5, 5)).toEqual({ events: [], through: at(5) });
  });

  it('is not known when nothing proves the end', async () => {
    expect(await history(3, 9, 50)).toBe('unknown');
    kitchen.server.fault = ({ response }) => {
      response.writeHead(200).end();
      return true;
    };
    expect(await history(3, 5)).toBe('unknown');
  });

  it('is forgotten when the server says so', async () => {
    kitchen.server.forget();
    expect(await history(3, 5)).toBe('expired');
    kitchen.server.fault = ({ response }) => {
      const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
      response.writeHead(200).end(JSON.stringify({ type: 'ERROR', object }));
      return true;
    };
    expect(await history(3, 5)).toBe('expired');
  });

  it('is an error when the server fails', async () => {
    await kitchen.server.close();
    await expect(history(3, 5)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('a position', () => {
  it('is in the order of the versions, and gives its version back', () => {
    const version = fc.bigInt({ min: 1n, max: 2n ** 80n });
    fc.assert(
      fc.property(version, version, (a, b) => {
        const [left = '', right = ''] = [a, b].map((one) => positionOf(String(one)));
        expect(left < right).toBe(a < b);
        expect(versionAt(left)).toBe(String(a));
      }),
    );
  });

  it('is none for a version that is no number, and no version for what is none', () => {
    for (const version of ['', '0', '007', 'abc', '1.5', '9'.repeat(30), undefined]) {
      expect(positionOf(version)).toBeUndefined();
    }
    for (const position of ['', 'a', 'b9', 'a10', 'zz', '10']) expect(versionAt(position)).toBeUndefined();
  });
});
