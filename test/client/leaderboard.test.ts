import { describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { Trial } from '../../src/client/changes.js';
import { createClient } from '../../src/client/client.js';
import { trial } from './facts.js';
import { freshness, startStreamServer } from './stream-server.js';
import { when } from './when.js';

const objective = { column: 'loss', goal: 'MINIMIZE' } as const;
const board = (...indices: number[]) => ({ trials: indices.map((index) => trial(index)), objective, freshness });
const backoff = { baseMilliseconds: 1, capMilliseconds: 2 };
const indices = ({ trials }: { readonly trials: readonly Trial[] }) => trials.map(({ index }) => index);

describe('the leaderboard of a client', () => {
  it('keeps the newest list, and asks for all of it again after an interruption', async () => {
    await using server = await startStreamServer();
    await using client = createClient({ url: server.url, webSocket: WebSocket, backoff });
    const { store } = client.leaderboard({ experimentId: 'e1', top: 2 });
    expect(store.current).toMatchObject({ synced: false, trials: [], objective: undefined });
    const opened = await server.subscriptionAt(0);
    expect(opened.variables).toEqual({ experimentId: 'e1', top: 2 });
    opened.push(board(3, 1));
    expect(indices(await when(store, ({ synced }) => synced))).toEqual([3, 1]);
    opened.push(board(7, 3));
    expect(await when(store, ({ trials }) => trials[0]?.index === 7)).toMatchObject({ objective, freshness });
    server.cut();
    expect(indices(await when(store, ({ interrupted }) => interrupted !== undefined))).toEqual([7, 3]);
    const again = await server.subscriptionAt(1);
    expect(again.variables).toEqual({ experimentId: 'e1', top: 2 });
    again.push(board(9));
    expect(indices(await when(store, ({ interrupted }) => interrupted === undefined))).toEqual([9]);
  });

  it('can be looped over, and leaves with the loop', async () => {
    await using server = await startStreamServer();
    await using client = createClient({ url: server.url, webSocket: WebSocket, backoff });
    const pushed = server.subscriptionAt(0).then((opened) => {
      opened.push(board(1));
      opened.push(board(2, 1));
      return opened;
    });
    const seen: number[][] = [];
    for await (const change of client.leaderboard({ experimentId: 'e1' })) {
      seen.push(indices(change));
      if (seen.length === 2) break;
    }
    expect(seen).toEqual([[1], [2, 1]]);
    await (
      await pushed
    ).left;
  });

  it('calls back with every list', async () => {
    await using server = await startStreamServer();
    await using client = createClient({ url: server.url, webSocket: WebSocket, backoff });
    const stop = new AbortController();
    const seen: number[][] = [];
    const ended = client.leaderboard({ experimentId: 'e1', signal: stop.signal }).forEach((change) => {
      seen.push(indices(change));
      stop.abort();
    });
    (await server.subscriptionAt(0)).push(board(4));
    await ended;
    expect(seen).toEqual([[4]]);
  });
});
