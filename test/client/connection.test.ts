import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { GladosClient } from '../../src/client/client.js';
import { createClient } from '../../src/client/client.js';
import { pod } from './facts.js';
import type { RawPeer } from './raw-server.js';
import { podsNext, startRawServer } from './raw-server.js';
import { when } from './when.js';

const backoff = { baseMilliseconds: 1, capMilliseconds: 2 };

describe('a connection', () => {
  let server: Awaited<ReturnType<typeof startRawServer>>;
  let client: GladosClient;

  beforeEach(async () => {
    server = await startRawServer();
    client = createClient({ url: server.url, token: 'mine', webSocket: WebSocket, backoff });
  });
  afterEach(async () => {
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it('says how it stands: idle, connecting, connected, waiting and why, closed', async () => {
    const phases: string[] = [client.connection.getSnapshot().phase];
    client.connection.subscribe(() => phases.push(client.connection.getSnapshot().phase));
    const stream = client.podsChanged();
    const peer = await server.peerAt(0);
    expect((await peer.hear('connection_init')).payload).toEqual({ authorization: 'Bearer mine' });
    peer.say({ type: 'connection_ack' });
    await peer.hear('subscribe');
    const before = Date.now();
    peer.socket.close(1012, 'Service Restart');
    const waiting = await when(client.connection, ({ phase }) => phase === 'waiting');
    expect(waiting).toMatchObject({ phase: 'waiting', reason: 'Service Restart', attempt: 1 });
    if (waiting.phase === 'waiting') expect(waiting.nextAttemptAt).toBeGreaterThanOrEqual(before);
    await (await server.welcome(1)).hear('subscribe');
    await stream.return?.();
    await when(client.connection, ({ phase }) => phase === 'idle');
    await client[Symbol.asyncDispose]();
    expect(phases).toEqual('idle connecting connected waiting connecting connected idle closed'.split(' '));
  });

  it.each([1000, 1001, 1005, 1006, 1011, 1012, 1013, 4004, 4005, 4408, 4429, 4499, 4500, 4900])(
    'is opened again after close code %d, and the stream goes on behind its cursor',
    async (code) => {
      const { store } = client.podsChanged();
      const peer = await server.welcome(0);
      const { id } = await peer.hear('subscribe');
      peer.say(podsNext(id, 'one', { reset: true, pods: [pod('a')] }));
      await when(store, ({ pods }) => pods.has('a'));
      if (code === 1006) peer.socket.terminate();
      else if (code === 1005) peer.socket.close();
      else peer.socket.close(code);
      const again = await server.welcome(1);
      const subscribe = await again.hear('subscribe');
      expect(subscribe.payload).toMatchObject({ variables: { after: 'one' } });
      expect(store.current.interrupted).not.toBe('');
      expect([...store.current.pods.keys()]).toEqual(['a']);
      again.say(podsNext(subscribe.id, 'two', { pods: [pod('b')] }));
      await when(store, ({ pods, interrupted }) => pods.has('b') && interrupted === undefined);
    },
  );

  it.each([
    [4400, 'BAD_REQUEST'],
    [4401, 'UNAUTHENTICATED'],
    [4403, 'FORBIDDEN'],
    [4406, 'SUBPROTOCOL_NOT_ACCEPTABLE'],
  ])('ends every stream, once each, when the server refuses with close code %d', async (code, kind) => {
    const states: unknown[] = [];
    client.connection.subscribe(() => states.push(client.connection.getSnapshot()));
    const one = client.podsChanged({ experimentId: 'one' });
    const two = client.podsChanged({ experimentId: 'two' }).store;
    const peer = await server.welcome(0);
    await peer.hear('subscribe');
    peer.socket.close(code, 'No.');
    const error = { status: code, message: 'No.', errors: [{ extensions: { code: kind } }] };
    await expect(one.next()).rejects.toMatchObject(error);
    expect(await one.next()).toEqual({ done: true, value: undefined });
    expect(await when(two, ({ ended }) => ended)).toMatchObject({ error, connection: { phase: 'closed', error } });
    expect(states.filter((state) => (state as { phase: string }).phase === 'closed')).toHaveLength(1);
    expect(server.handshakes).toBe(1);
  });

  it('believes a server that blames it only when it does so eight times in a row', async () => {
    const stream = client.podsChanged();
    const next = stream.next();
    for (let index = 0; index < 8; index += 1) (await server.welcome(index)).socket.close(1009, 'Too big');
    await expect(next).rejects.toMatchObject({ status: 1009, message: 'Too big' });
    expect(server.handshakes).toBe(8);
  });

  it('takes a connection for lost that sends what is no message, and resumes', async () => {
    const { store } = client.podsChanged();
    const wrong: ((peer: RawPeer, id: string) => void)[] = [
      (peer) => peer.say('nonsense'),
      (peer) => peer.say('[]'),
      (peer) => peer.say('null'),
      (peer) => peer.say({ type: 'surprise' }),
      (peer) => peer.say({ type: 'connection_ack' }),
      (peer) => peer.say({ type: 'next', payload: {} }),
      (peer, id) => peer.say({ id, type: 'next' }),
      (peer, id) => peer.say({ id, type: 'next', payload: [] }),
      (peer, id) => peer.say({ id, type: 'next', payload: { data: {} } }),
      (peer, id) => peer.say({ id, type: 'next', payload: { data: { podsChanged: null } } }),
      (peer, id) => peer.say({ id, type: 'next', payload: { data: { podsChanged: { synced: true } } } }),
      (peer, id) => peer.say({ id, type: 'error', payload: 'no list' }),
      (peer) => peer.socket.send(Buffer.from([1, 2, 3])),
      // A reserved opcode, a length that does not fit, text that is no UTF-8: told to the socket beneath `ws`.
      (peer) => rawSocketOf(peer).write(Buffer.from([0x83, 0x00])),
      (peer) => rawSocketOf(peer).write(Buffer.from([0x81, 0x02, 0xff, 0xff])),
      (peer) => rawSocketOf(peer).write('HTTP/1.1 500 Internal Server Error\r\n\r\n'),
    ];
    for (const [index, say] of wrong.entries()) {
      const peer = await server.welcome(index);
      const { id, payload } = await peer.hear('subscribe');
      expect(payload).toMatchObject({ variables: index === 0 ? {} : { after: `cursor ${index - 1}` } });
      peer.say(podsNext(id, `cursor ${index}`, { reset: index === 0, pods: [pod(`p${index}`)] }));
      await when(store, ({ pods }) => pods.has(`p${index}`));
      say(peer, id);
    }
    await (await server.welcome(wrong.length)).hear('subscribe');
    expect(store.current.pods.size).toBe(wrong.length);
  });

  it('begins a stream anew after a change that lacks something, for nobody knows what came of it', async () => {
    const { store } = client.podsChanged();
    const wrong = [{ gone: undefined }, { reset: true, pods: undefined }, { pods: [null] }, { pods: 7 }];
    for (const [index, more] of wrong.entries()) {
      const peer = await server.welcome(index);
      const { id, payload } = await peer.hear('subscribe');
      expect(payload).toMatchObject({ variables: {} });
      expect(JSON.stringify(payload)).not.toContain('"after"');
      peer.say(podsNext(id, 'one', { reset: true, pods: [pod('a'), pod('b')] }));
      await when(store, ({ pods, interrupted }) => pods.size === 2 && interrupted === undefined);
      peer.say(podsNext(id, 'two', more));
      await when(store, ({ interrupted }) => interrupted !== undefined);
    }
    const log = client.logs({ experimentId: 'e' });
    const peer = await server.welcome(wrong.length);
    await peer.hear('subscribe');
    const { id } = await peer.hear('subscribe');
    peer.say({ id, type: 'next', payload: { data: { logs: { cursor: 'c' } } } });
    await (await server.welcome(wrong.length + 1)).hear('subscribe');
    expect([...store.current.pods.keys()]).toEqual(['a', 'b']);
    await log.return?.();
  });

  it('waits longer and longer for a server that lets it in and drops it', async () => {
    client = createClient({
      url: server.url,
      webSocket: WebSocket,
      backoff: { baseMilliseconds: 1, capMilliseconds: 8 },
    });
    const attempts: number[] = [];
    client.connection.subscribe(() => {
      const state = client.connection.getSnapshot();
      if (state.phase === 'waiting') attempts.push(state.attempt);
    });
    const stream = client.podsChanged();
    for (let index = 0; index < 4; index += 1) (await server.welcome(index)).socket.terminate();
    await server.peerAt(4);
    expect(attempts).toEqual([1, 2, 3, 4]);
    await stream.return?.();
  });

  it('answers a ping with what came with it', async () => {
    void client.podsChanged();
    const peer = await server.welcome(0);
    peer.say({ type: 'ping', payload: { at: 1 } });
    expect(await peer.hear('pong')).toMatchObject({ payload: { at: 1 } });
  });
});

/** `ws` writes only what the protocol allows; what it does not is written to the socket beneath. */
function rawSocketOf({ socket }: RawPeer): { write(bytes: Buffer | string): void } {
  return (socket as unknown as { readonly _socket: { write(bytes: Buffer | string): void } })._socket;
}

describe('a handshake', () => {
  it.each([
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
  ])('that is refused with HTTP %d ends the streams', async (status, code) => {
    await using server = await startRawServer({ verifyClient: () => ({ status }) });
    await using client = createClient({ url: server.url, webSocket: WebSocket, backoff });
    await expect(client.podsChanged().next()).rejects.toMatchObject({ status, errors: [{ extensions: { code } }] });
    expect(server.handshakes).toBe(1);
  });

  it('that is refused for now is tried again', async () => {
    let count = 0;
    await using server = await startRawServer({ verifyClient: () => (count++ < 3 ? { status: 503 } : true) });
    await using client = createClient({ url: server.url, webSocket: WebSocket, backoff });
    const stream = client.podsChanged();
    const peer = await server.welcome(0);
    const { id } = await peer.hear('subscribe');
    peer.say(podsNext(id, 'one'));
    expect((await stream.next()).value?.cursor).toBe('one');
    expect(server.handshakes).toBe(4);
  });
});

describe('a runtime without WebSocket', () => {
  it('is told what to pass', () => {
    const client = createClient({ url: 'http://127.0.0.1:9/graphql' });
    expect(() => client.podsChanged()).toThrow('Pass one as `webSocket`');
  });
});
