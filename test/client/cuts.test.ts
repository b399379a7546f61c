import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { createClient } from '../../src/client/client.js';
import { createPodWorld, stateOf } from './pod-world.js';
import type { Cut } from './tcp-proxy.js';
import { frameEnds, startTcpProxy } from './tcp-proxy.js';
import { startStreamServer } from './stream-server.js';
import { when } from './when.js';

const backoff = { baseMilliseconds: 1, capMilliseconds: 2 };

describe('a store behind a connection that is cut', () => {
  let server: Awaited<ReturnType<typeof startStreamServer>>;
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>;
  let world: ReturnType<typeof createPodWorld>;

  beforeEach(async () => {
    server = await startStreamServer();
    proxy = await startTcpProxy(Number(new URL(server.url).port));
    world = createPodWorld(server);
    for (const id of ['a', 'b', 'c', 'd', 'e']) world.put(id, 'Pending');
  });
  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  /** Follows the world through cuts while it changes, until all of it is there. @returns states that were shown as whole but never were */
  async function follow(round: number, ...cuts: readonly Cut[]): Promise<string[]> {
    const lies: string[] = [];
    proxy.cutNext(...cuts);
    await using client = createClient({ url: proxy.url, webSocket: WebSocket, backoff });
    const { store } = client.podsChanged();
    let isChanged = false;
    store.subscribe(() => {
      const { pods, synced } = store.getSnapshot();
      if (synced && !world.wasOnce(pods)) lies.push(stateOf(pods));
    });
    client.connection.subscribe(() => {
      if (isChanged || client.connection.getSnapshot().phase !== 'waiting') return;
      isChanged = true;
      world.put('a', `Running ${round}`);
      world.remove(`new ${round - 1}`);
      world.put(`new ${round}`, 'Pending');
    });
    await when(store, ({ pods, synced }) => isChanged && synced && stateOf(pods) === stateOf(world.pods));
    return lies;
  }

  it('equals the server after a cut at every end of a frame and inside every frame, also when it is cut there twice', async () => {
    await follow(0, { down: 1 });
    const whole = proxy.seen.at(-1)?.down ?? Buffer.alloc(0);
    const ends = frameEnds(whole);
    expect(ends.length).toBeGreaterThanOrEqual(5);
    const places = ends.flatMap((end, index) => {
      const middle = Math.floor((end + (ends[index - 1] ?? 0)) / 2);
      return [middle, end - 1, end, end + 1];
    });
    for (const [round, down] of places.entries()) {
      expect(await follow(round + 1, { down }, { down })).toEqual([]);
      world.forgetCursors();
    }
  }, 60_000);

  it('equals the server after its own messages were cut anywhere', async () => {
    await follow(0, { up: 1 });
    const ends = frameEnds(proxy.seen.at(-1)?.up ?? Buffer.alloc(0)).slice(0, 3);
    expect(ends).toHaveLength(3);
    // The handshake, the introduction and the subscription, which is the last: behind it nothing is sent that could be cut.
    const places = ends.flatMap((end, index) => [end - 3, end - 1, end, ...(index < 2 ? [end + 1] : [])]);
    for (const [round, up] of places.entries()) {
      expect(await follow(round + 1, { up })).toEqual([]);
    }
  }, 60_000);
});
