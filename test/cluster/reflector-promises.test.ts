import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startReflector } from '../../src/cluster/reflector.js';
import { defaultTiming } from '../../src/cluster/reflector-timing.js';
import type { Freshness } from '../../src/model/change.js';
import { json, status } from './api-server.js';
import { eventually } from './eventually.js';
import { serve } from './http-server.js';
import { openKitchen, quick } from './kitchen.js';
import type { Kitchen } from './kitchen.js';

let kitchen: Kitchen;
beforeEach(async () => {
  kitchen = await openKitchen();
});
afterEach(() => kitchen[Symbol.asyncDispose]());

/** In these tests a second takes 4 ms. */
const second = 4;
const promises = { bookmarkMs: 60 * second, slackMs: 15 * second };

describe('silence on a watch', () => {
  it('is held against the server 15 s after the bookmark it promised each minute', () => {
    expect(defaultTiming).toMatchObject({ bookmarkMs: 60_000, slackMs: 15_000 });
  });

  it('that lasts longer than promised is told as stale, and ended by a new watch from the same version', async () => {
    let opened = 0;
    kitchen.onFirstWatches(1, ({ response }) => {
      opened = Date.now();
      response.writeHead(200).flushHeaders();
    });
    const reflector = await kitchen.begin({ timing: { ...quick, ...promises } });
    kitchen.changeEverything();
    await kitchen.converged();
    expect(reflector.counts.lists).toBe(1);
    const stale = kitchen.freshness.find(({ staleSince }) => staleSince !== undefined);
    expect(stale?.reason).toMatch(/nothing was heard/);
    expect(Number(stale?.staleSince) - opened).toBeGreaterThan(70 * second);
  });

  it('that bookmarks break is no silence', async () => {
    const reflector = await kitchen.begin({ timing: { ...quick, bookmarkMs: 700, slackMs: 700 } });
    await kitchen.watches(1);
    for (let beat = 0; beat < 100; beat += 1) {
      kitchen.server.bookmark();
      await new Promise((resolve) => void setTimeout(resolve, 20));
    }
    expect(kitchen.server.count('watch')).toBe(1);
    expect(reflector.counts.failures).toBe(0);
  });
});

describe('freshness', () => {
  it('is no newer than the request whose answer is told, however long that took', async () => {
    let now = 1_000;
    kitchen.server.put('kept', 'first');
    kitchen.server.fault = ({ kind }) => {
      if (kind === 'list') now = 5_000;
      return kind === 'watch';
    };
    kitchen.reflect({ timing: { ...quick, now: () => now } });
    await kitchen.store.whenSynced();
    expect(kitchen.freshness).toEqual([{ asOf: 1_000 }]);
  });

  it('is no newer than the request for a watch on which nothing has come', async () => {
    let now = 1_000;
    kitchen.onFirstWatches(1, ({ response }) => {
      now = 5_000;
      response.writeHead(200).flushHeaders();
    });
    await kitchen.begin({ timing: { ...quick, now: () => now } });
    await eventually(() => kitchen.freshness.length === 2, 'the proof that the watch lives');
    expect(kitchen.freshness).toEqual([{ asOf: 1_000 }, { asOf: 1_000 }]);
  });

  it('is stale from the failure on, not from the last of several, until the source is heard again', async () => {
    let now = 1_000;
    await kitchen.begin({ timing: { ...quick, now: () => now } });
    await kitchen.watches(1);
    now = 2_000;
    kitchen.server.fault = ({ response }) => {
      status(response, 500, 'InternalError', 'etcd is away');
      now += 1_000;
      return true;
    };
    kitchen.freshness.length = 0;
    kitchen.server.resetConnections();
    await eventually(() => kitchen.freshness.length > 3, 'failures');
    const { asOf } = kitchen.freshness[0] as Freshness;
    expect(kitchen.freshness.every((one) => one.asOf === asOf && one.staleSince === 2_000)).toBe(true);
    kitchen.server.fault = () => false;
    kitchen.server.put('kept', 'again');
    await kitchen.converged();
    expect(kitchen.freshness.at(-1)).toEqual({ asOf: now });
  });
});

it('a token that the server refuses is read anew from its file, and the feed recovers', async () => {
  let accepted = 'first';
  const tellsWho = ({ headers }: IncomingMessage) => headers.authorization === `Bearer ${accepted}`;
  const refused: string[] = [];
  const directory = await mkdtemp(join(tmpdir(), 'token-'));
  const tokenFile = join(directory, 'token');
  await writeFile(tokenFile, 'first\n');
  await using one = await serve(
    (request, response) => {
      if (!tellsWho(request)) {
        refused.push(String(request.headers.authorization));
        return status(response, 401, 'Unauthorized', 'Unauthorized');
      }
      if (!request.url?.includes('watch=true')) {
        return json(response, 200, { metadata: { resourceVersion: '1' }, items: [] });
      }
      response.writeHead(200).flushHeaders();
      if (accepted === 'second') {
        const object = { metadata: { name: 'a', namespace: 'b', uid: 'a', resourceVersion: '2' } };
        response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
        return;
      }
      accepted = 'second';
      response.end();
    },
    { user: { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } } },
  );
  const seen: string[] = [];
  const freshness: Freshness[] = [];
  await using reflector = startReflector<string>({
    connection: one.connection,
    path: '/pots',
    decode: (raw) => ({ key: raw.metadata?.uid ?? '', object: raw.metadata?.name ?? '' }),
    sink: (change) => void seen.push(change.type),
    onFreshness: (now) => void freshness.push(now),
    timing: quick,
  });
  await eventually(() => refused.length > 3, 'a refusal');
  expect(freshness.at(-1)).toMatchObject({ reason: 'Unauthorized' });
  await writeFile(tokenFile, 'second\n');
  await eventually(() => seen.includes('put'), 'an event under the new token');
  expect(seen).toEqual(['reset', 'synced', 'put']);
  expect(reflector.counts.lists).toBe(1);
  expect(new Set(refused)).toEqual(new Set(['Bearer first']));
  expect(freshness.at(-1)?.staleSince).toBeUndefined();
  await rm(directory, { recursive: true });
});
