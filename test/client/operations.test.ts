import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import type { GladosClient } from '../../src/client/client.js';
import { createClient } from '../../src/client/client.js';
import { pod } from './facts.js';
import { podsNext, startRawServer } from './raw-server.js';
import { when } from './when.js';

const backoff = { baseMilliseconds: 1, capMilliseconds: 2 };

describe('operations of one connection', () => {
  let server: Awaited<ReturnType<typeof startRawServer>>;
  let client: GladosClient;

  beforeEach(async () => {
    server = await startRawServer();
    client = createClient({ url: server.url, webSocket: WebSocket, backoff });
  });
  afterEach(async () => {
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it('end alone when they are refused: their siblings do not notice', async () => {
    const good = client.podsChanged({ experimentId: 'good' });
    const bad = client.podsChanged({ experimentId: 'bad' });
    const peer = await server.welcome(0);
    const [first, second] = [await peer.hear('subscribe'), await peer.hear('subscribe')];
    const error = { message: 'There is no experiment "bad".', extensions: { code: 'NOT_FOUND' } };
    peer.say({ id: second.id, type: 'error', payload: [error] });
    peer.say(podsNext(first.id, 'one'));
    await expect(bad.next()).rejects.toMatchObject({ status: 200, message: error.message });
    expect((await good.next()).value?.cursor).toBe('one');
    expect(client.connection.getSnapshot()).toEqual({ phase: 'connected' });
  });

  it('leave the server when an answer carries errors, and end with them', async () => {
    const stream = client.podsChanged();
    const peer = await server.welcome(0);
    const { id } = await peer.hear('subscribe');
    peer.say({ id, type: 'next', payload: { data: null, errors: [{ message: 'No.' }] } });
    await expect(stream.next()).rejects.toThrow('No.');
    expect((await peer.hear('complete')).id).toBe(id);
  });

  it('are asked again, under another id, when the server ends them or is going away', async () => {
    const { store } = client.podsChanged();
    const peer = await server.welcome(0);
    const first = await peer.hear('subscribe');
    peer.say({ id: first.id, type: 'error', payload: [{ message: 'Later.', extensions: { code: 'UNAVAILABLE' } }] });
    const second = await peer.hear('subscribe');
    peer.say(podsNext(second.id, 'one', { reset: true, pods: [pod('a')] }));
    peer.say({ id: second.id, type: 'complete' });
    const third = await peer.hear('subscribe');
    expect(third.payload).toMatchObject({ variables: { after: 'one' } });
    expect(new Set([first.id, second.id, third.id]).size).toBe(3);
    expect(store.current).toMatchObject({ interrupted: 'the server ended the stream', ended: false });
  });

  it('give up after nine answers in a row that may pass, but only when they have worked before', async () => {
    const masked = { type: 'error', payload: [{ message: 'Internal error', extensions: { code: 'INTERNAL' } }] };
    const stream = client.podsChanged();
    const peer = await server.welcome(0);
    peer.say(podsNext((await peer.hear('subscribe')).id, 'one'));
    await stream.next();
    peer.say({ id: '1', ...masked });
    for (let index = 0; index < 8; index += 1) peer.say({ id: (await peer.hear('subscribe')).id, ...masked });
    await expect(stream.next()).rejects.toThrow('Internal error');
    const fresh = client.podsChanged();
    peer.say({ id: (await peer.hear('subscribe')).id, ...masked });
    await expect(fresh.next()).rejects.toThrow('Internal error');
  });

  it('hold the same after a message that came twice', async () => {
    const { store } = client.podsChanged();
    const peer = await server.welcome(0);
    const { id } = await peer.hear('subscribe');
    const messages = [
      podsNext(id, 'part', { reset: true, synced: false, pods: [pod('a'), pod('b')] }),
      podsNext(id, 'one', { pods: [pod('c')] }),
      podsNext(id, 'two', { gone: ['b'], pods: [pod('a', { status: 'Failed' })] }),
    ];
    for (const message of messages) {
      peer.say(message);
      peer.say(message);
    }
    await when(store, ({ pods }) => pods.get('a')?.status === 'Failed');
    expect([...store.current.pods.keys()].sort()).toEqual(['a', 'c']);
    expect(store.current.synced).toBe(true);
  });

  it('hear nothing behind a complete that raced a next, nor of ids that never were', async () => {
    const { store } = client.podsChanged();
    const peer = await server.welcome(0);
    const { id } = await peer.hear('subscribe');
    peer.say(podsNext(id, 'one', { reset: true, pods: [pod('a')] }));
    peer.say({ id, type: 'complete' });
    peer.say(podsNext(id, 'late', { pods: [pod('late')] }));
    peer.say({ id, type: 'complete' });
    peer.say({ id: 'never', type: 'error', payload: [{ message: 'Whose?' }] });
    const again = await peer.hear('subscribe');
    expect(again.payload).toMatchObject({ variables: { after: 'one' } });
    peer.say(podsNext(again.id, 'two', { pods: [pod('b')] }));
    await when(store, ({ pods }) => pods.has('b'));
    expect([...store.current.pods.keys()]).toEqual(['a', 'b']);
    expect(server.handshakes).toBe(1);
  });

  it('are over when they are left while a message arrives, and a new one on the socket is another', async () => {
    const left = client.podsChanged({ experimentId: 'left' });
    const peer = await server.welcome(0);
    const { id } = await peer.hear('subscribe');
    peer.say(podsNext(id, 'one'));
    await left.return?.();
    const { store } = client.podsChanged({ experimentId: 'other' });
    expect(await left.next()).toEqual({ done: true, value: undefined });
    expect((await peer.hear('complete')).id).toBe(id);
    const other = await peer.hear('subscribe');
    peer.say(podsNext(id, 'late', { reset: true, pods: [pod('of the one that was left')] }));
    peer.say(podsNext(other.id, 'two', { reset: true, pods: [pod('a')] }));
    await when(store, ({ pods }) => pods.has('a'));
    expect(store.current.pods.size).toBe(1);
    expect(server.handshakes).toBe(1);
  });

  it('share one socket, a thousand of them, and all resume over a cut', async () => {
    const stores = Array.from({ length: 1000 }, (_, index) => client.podsChanged({ experimentId: `e${index}` }).store);
    const peer = await server.welcome(0);
    for (let index = 0; index < 1000; index += 1) {
      const { id } = await peer.hear('subscribe');
      peer.say(podsNext(id, `cursor of ${index}`, { reset: true, pods: [pod(`p${index}`)] }));
    }
    await Promise.all(stores.map((store) => when(store, ({ synced }) => synced)));
    peer.socket.terminate();
    const again = await server.welcome(1);
    for (let index = 0; index < 1000; index += 1) {
      const { id, payload } = await again.hear('subscribe');
      expect(payload).toMatchObject({ variables: { experimentId: `e${index}`, after: `cursor of ${index}` } });
      again.say(podsNext(id, 'next', { pods: [pod(`q${index}`)] }));
    }
    await Promise.all(stores.map((store, index) => when(store, ({ pods }) => pods.has(`q${index}`))));
    for (const [index, { current }] of stores.entries()) {
      expect([...current.pods.keys()]).toEqual([`p${index}`, `q${index}`]);
    }
    expect(server.handshakes).toBe(2);
  });
});
