import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { GladosClient } from '../../src/client/client.js';
import { createClient } from '../../src/client/client.js';
import { defaultKeepAlive } from '../../src/client/keep-alive.js';
import { createPodWorld, stateOf } from './pod-world.js';
import { startStreamServer } from './stream-server.js';
import { startTcpProxy } from './tcp-proxy.js';
import { when } from './when.js';

describe('a connection that has gone silent', () => {
  let server: Awaited<ReturnType<typeof startStreamServer>>;
  let proxy: Awaited<ReturnType<typeof startTcpProxy>>;
  let world: ReturnType<typeof createPodWorld>;
  let client: GladosClient;

  beforeEach(async () => {
    server = await startStreamServer();
    proxy = await startTcpProxy(Number(new URL(server.url).port));
    world = createPodWorld(server);
    world.put('a', 'Running');
    client = createClient({
      url: proxy.url,
      webSocket: WebSocket,
      backoff: { baseMilliseconds: 1, capMilliseconds: 2 },
      keepAlive: { openMilliseconds: 900, quietMilliseconds: 60, answerMilliseconds: 900 },
    });
  });
  afterEach(async () => {
    await client[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it('is found by a ping that nobody answers, within 15 s as it comes', async () => {
    expect(defaultKeepAlive.quietMilliseconds + defaultKeepAlive.answerMilliseconds).toBeLessThanOrEqual(15_000);
    const { store } = client.podsChanged();
    await when(store, ({ synced }) => synced);
    proxy.freeze();
    world.put('b', 'Pending');
    world.remove('a');
    const { connection } = await when(store, ({ interrupted }) => interrupted !== undefined);
    expect(connection).toMatchObject({ phase: 'waiting', reason: 'the server does not answer any more' });
    await when(store, ({ pods }) => stateOf(pods) === 'b Pending');
    expect(proxy.seen).toHaveLength(2);
  });

  it('is left alone while the other side answers pings', async () => {
    const { store } = client.podsChanged();
    await when(store, ({ synced }) => synced);
    const pings = () => (proxy.seen[0]?.down.toString('latin1').match(/"pong"/g) ?? []).length;
    const enough = Date.now() + 15_000;
    while (pings() < 3 && Date.now() < enough) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(pings()).toBeGreaterThanOrEqual(3);
    expect(proxy.seen).toHaveLength(1);
  });

  it('is found before it was ever open', async () => {
    proxy.deafen(true);
    const { store } = client.podsChanged();
    const { connection } = await when(store, ({ interrupted }) => interrupted !== undefined);
    expect(connection).toMatchObject({ phase: 'waiting', reason: 'the server does not answer' });
    proxy.deafen(false);
    await when(store, ({ pods }) => stateOf(pods) === 'a Running');
  });

  it('loses nothing when its snapshot is cut in the middle, and shows the old one until a new one is whole', async () => {
    for (const id of ['b', 'c', 'd', 'e', 'f']) world.put(id, 'Running');
    const { store } = client.podsChanged();
    await when(store, ({ pods }) => pods.size === 6);
    const sizes = new Set<number>();
    store.subscribe(() => sizes.add(store.current.pods.size));
    const handshake = (proxy.seen[0]?.down.indexOf('\r\n\r\n') ?? 0) + 4;
    world.forgetCursors();
    // Far enough for one or two of the three parts.
    proxy.cutNext({ down: handshake + 1300 }, { down: handshake + 2000 });
    proxy.cutAll();
    await when(store, ({ connection }) => connection.phase === 'waiting');
    world.remove('b');
    await when(store, ({ pods }) => !pods.has('b'));
    expect(stateOf(store.current.pods)).toBe(stateOf(world.pods));
    expect(proxy.seen).toHaveLength(4);
    expect(proxy.seen[1]?.down.toString('latin1')).toContain('"reset":true,"synced":false');
    expect([...sizes].every((size) => size === 6 || size === 5)).toBe(true);
  });
});
