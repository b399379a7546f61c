import { describe, expect, it } from '@jest/globals';
import { converse, startOurs } from './conformance-peers.js';
import { openRaw, openReady, subscribeTo } from './raw-socket.js';
import { until, withTicking } from './ticking-server.js';

describe('a socket', () => {
  it('too many of one user is closed with 1013; those of others are not counted, and one that left makes room', () =>
    withTicking({ limits: { socketsPerUser: 2 } }, async ({ server }) => {
      const [first] = await Promise.all(['one', 'two'].map(() => openReady(server.url, { authorization: 'ann' })));
      await openReady(server.url, { authorization: 'ben' });
      const third = await openRaw(server.url);
      third.say({ type: 'connection_init', payload: { authorization: 'ann' } });
      expect(await third.closed).toEqual({ code: 1013, reason: 'At most 2 sockets at once for one user' });
      first?.cut();
      await until(() => server.counts().sockets === 2);
      await openReady(server.url, { authorization: 'ann' });
    }));

  it('is counted to the user that the server names, whichever token it shows', () =>
    withTicking({ limits: { socketsPerUser: 1 }, userOf: () => 'everybody' }, async ({ server }) => {
      await openReady(server.url, { authorization: 'ann' });
      const other = await openRaw(server.url);
      other.say({ type: 'connection_init', payload: { authorization: 'ben' } });
      expect((await other.closed).code).toBe(1013);
    }));

  it('that says too much is read more slowly, and loses nothing', () =>
    withTicking({ limits: { messagesPerSecond: 500, messageBurst: 20 } }, async ({ server }) => {
      const talker = await openReady(server.url);
      const padding = 'x'.repeat(1_000);
      const started = performance.now();
      for (let ping = 0; ping < 300; ping += 1) talker.say({ type: 'ping', payload: { ping, padding } });
      const quiet = await openReady(server.url);
      quiet.say({ type: 'ping' });
      await quiet.message(({ type }) => type === 'pong');
      await until(() => talker.received.filter(({ type }) => type === 'pong').length === 300);
      expect(performance.now() - started).toBeGreaterThan(200);
      expect(talker.received.slice(1).map(({ payload }) => (payload as { ping: number }).ping)).toEqual(
        Array.from({ length: 300 }, (_, ping) => ping),
      );
    }));

  it('that says as much as it may is answered at once', () =>
    withTicking({ limits: { messagesPerSecond: 1, messageBurst: 300 } }, async ({ server }) => {
      const talker = await openReady(server.url);
      for (let ping = 0; ping < 250; ping += 1) talker.say({ type: 'ping' });
      await until(() => talker.received.filter(({ type }) => type === 'pong').length === 250);
    }));

  it('that opens 5,000 subscriptions gets an answer for each: 100 are open, the others refused', () =>
    withTicking({ limits: { messageBurst: 10_000 } }, async ({ server, sources, tick }) => {
      const socket = await openReady(server.url);
      for (let id = 0; id < 5_000; id += 1) subscribeTo(socket, String(id), 'subscription { ticks }');
      await until(() => socket.received.filter(({ type }) => type === 'error').length === 4_900);
      expect(sources.size).toBe(100);
      tick(1);
      await until(() => socket.received.filter(({ type }) => type === 'next').length === 100);
    }));

  it.each([
    ['just below the limit', 1_024 * 1_024 - 200, undefined],
    ['of 10 MB', 10_000_000, 1009],
  ])('with a message %s closes with %s', async (_what, size, code) => {
    const peer = await startOurs();
    const query = `{ hello } #${'x'.repeat(Number(size))}`;
    const says = [{ type: 'connection_init' }, { id: 'q', type: 'subscribe', payload: { query } }];
    expect((await converse(peer.url, says)).code).toBe(code);
    await peer[Symbol.asyncDispose]();
  });
});

describe('a server that goes away', () => {
  it('completes each subscription, then closes with 1001 and a reason, one socket after another', () =>
    withTicking({ limits: { drainSeconds: 1.5 } }, async ({ server, sources }) => {
      const sockets = await Promise.all(Array.from({ length: 40 }, () => openReady(server.url)));
      for (const socket of sockets) subscribeTo(socket, 's', 'subscription { ticks }');
      await until(() => sources.size === 40);
      const begun = performance.now();
      const drained = server.drain();
      const readiness = await fetch(`${server.url}/readyz`);
      expect([readiness.status, await readiness.text()]).toEqual([503, expect.stringContaining('going away')]);
      await expect(openRaw(server.url)).rejects.toThrow('503');
      await drained;
      for (const socket of sockets) {
        expect(await socket.closed).toEqual({ code: 1001, reason: 'The server is going away' });
        expect(socket.received.at(-1)).toEqual({ id: 's', type: 'complete' });
      }
      expect(sources.size).toBe(0);
      // 5 ms between two of them: not all at once.
      expect(performance.now() - begun).toBeGreaterThan(39 * 5 - 1);
    }));

  it('waits for a running query, and for nobody who has none', () =>
    withTicking({ limits: { drainSeconds: 10 } }, async ({ server, answer, waiting }) => {
      const [patient, lost] = [await openReady(server.url), await openReady(server.url)];
      subscribeTo(patient, 'q', '{ slow }');
      await until(() => waiting() === 1);
      const drained = server.drain();
      answer();
      await patient.message(({ type }) => type === 'complete');
      expect((await patient.closed).code).toBe(1001);
      expect((await lost.closed).code).toBe(1001);
      await drained;
    }));
});
