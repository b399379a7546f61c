import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { openBoardWorld, succeeded } from './board-world.js';

let world: Awaited<ReturnType<typeof openBoardWorld>>;
beforeAll(async () => {
  world = await openBoardWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe('a leaderboard whose reader is slow', () => {
  it('keeps nothing for it, and then gives it the newest list', async () => {
    const url = world.server.url.replace('http', 'ws') + '/graphql';
    const socket = new WebSocket(url, 'graphql-transport-ws');
    await once(socket, 'open');
    const heard: { readonly type: string; readonly payload?: unknown }[] = [];
    socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString())));
    socket.send('{"type":"connection_init"}');
    await once(socket, 'message');
    const query =
      'subscription { leaderboard(experimentId: "e1", top: 100) { trials { index config result { name } } } }';
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
    while (!heard.some(({ type }) => type === 'next')) await once(socket, 'message');
    socket.pause();
    // The store stays, also while the server has let go of this reader.
    const view = await world.views.acquire('e1');
    const column = 'c'.repeat(5_000);
    for (let index = 0; index < 400; index += 1) {
      world.put(
        succeeded(index, index, {
          result: [
            ['score', String(index)],
            [column, ''],
          ],
        }),
      );
      await new Promise(setImmediate);
    }
    socket.resume();
    const newest = () => JSON.stringify(heard.at(-1)).includes('"trials":[{"index":399,');
    while (!newest()) await once(socket, 'message');
    expect(heard.length).toBeLessThan(400);
    view.release();
    socket.close();
    await once(socket, 'close');
  });
});
