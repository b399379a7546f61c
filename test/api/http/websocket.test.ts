import { describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { openRaw, openReady, subscribeTo } from './raw-socket.js';
import { until, withTicking } from './ticking-server.js';

const errorsOf = (payload: unknown) => payload as { message: string; extensions: Record<string, unknown> }[];

describe('a GraphQL socket', () => {
  it('delivers what a subscription sends, in order, and lets go of the source when the client leaves', () =>
    withTicking({}, async ({ server, tick, sources }) => {
      const client = createClient({ url: `${server.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
      const seen: unknown[] = [];
      const stop = client.subscribe(
        { query: 'subscription { ticks }' },
        { next: ({ data }) => seen.push(data?.['ticks']), error: () => undefined, complete: () => undefined },
      );
      await until(() => sources.size === 1);
      for (const value of [1, 2, 3]) {
        tick(value);
        await until(() => seen.includes(value));
      }
      stop();
      await until(() => sources.size === 0);
      expect(seen).toEqual([1, 2, 3]);
      await client.dispose();
    }));

  it('answers queries too', () =>
    withTicking({}, async ({ server }) => {
      const socket = await openReady(server.url, { authorization: 'Bearer me' });
      subscribeTo(socket, 'q', '{ viewer }');
      expect((await socket.message(({ type }) => type === 'next')).payload).toEqual({ data: { viewer: 'Bearer me' } });
      await socket.message(({ type, id }) => type === 'complete' && id === 'q');
    }));

  it.each([
    ['a syntax error', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', 'subscription { tocks }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a root field that may be skipped',
      'subscription ($x: Boolean!) { ticks @skip(if: $x) }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a root field that may be skipped by its fragment',
      'subscription ($x: Boolean!) { ...A } fragment A on Subscription { ...B @include(if: $x) ...A } fragment B on Subscription { ticks ...A }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['two operations and no name', 'query A { hello } query B { hello }', 'OPERATION_RESOLUTION_FAILURE'],
  ])('answers %s for its id and leaves the sibling alone', (_what, query, code) =>
    withTicking({}, async ({ server, tick, sources }) => {
      const socket = await openReady(server.url);
      subscribeTo(socket, 'good', 'subscription { ticks }');
      await until(() => sources.size === 1);
      subscribeTo(socket, 'bad', query);
      const refused = await socket.message(({ type }) => type === 'error');
      expect(refused.id).toBe('bad');
      expect(errorsOf(refused.payload)[0]?.extensions['code']).toBe(code);
      tick(7);
      const next = await socket.message(({ type }) => type === 'next');
      expect(next).toEqual({ id: 'good', type: 'next', payload: { data: { ticks: 7 } } });
    }),
  );

  it('closes with 4408 when the client does not introduce itself in time', () =>
    withTicking({ limits: { initSeconds: 0.05 } }, async ({ server }) => {
      const socket = await openRaw(server.url);
      expect((await socket.closed).code).toBe(4408);
    }));

  it('closes with 4401 and the reason when the token is not known', () =>
    withTicking({}, async ({ server }) => {
      const socket = await openRaw(server.url);
      socket.say({ type: 'connection_init', payload: { authorization: 'Bearer wrong' } });
      expect(await socket.closed).toEqual({ code: 4401, reason: 'The token is not known.' });
    }));

  it('closes with 1013 and says nothing of the cause when a context cannot be made', () =>
    withTicking({}, async ({ server, log }) => {
      const socket = await openRaw(server.url);
      socket.say({ type: 'connection_init', payload: { authorization: 'Bearer broken' } });
      const { code, reason } = await socket.closed;
      expect(code).toBe(1013);
      expect(reason).toMatch(/^Internal error [\w-]{36}$/);
      expect(log.filter(({ requestId }) => requestId === reason.slice(-36))).toHaveLength(1);
    }));

  it('refuses one operation too many and keeps the others', () =>
    withTicking({ limits: { subscriptionsPerSocket: 2 } }, async ({ server, tick, sources }) => {
      const socket = await openReady(server.url);
      for (const id of ['1', '2', '3']) subscribeTo(socket, id, 'subscription { ticks }');
      const refused = await socket.message(({ type }) => type === 'error');
      expect(refused.id).toBe('3');
      expect(errorsOf(refused.payload)[0]).toEqual({
        message: 'At most 2 operations at once on one socket.',
        extensions: { code: 'RATE_LIMITED' },
      });
      await until(() => sources.size === 2);
      tick(1);
      await until(() => socket.received.filter(({ type }) => type === 'next').length === 2);
    }));

  it('closes with 1009 when a message is too large', () =>
    withTicking({ limits: { messageBytes: 1024 } }, async ({ server }) => {
      const socket = await openReady(server.url);
      subscribeTo(socket, '1', `{ hello } # ${'x'.repeat(2_000)}`);
      expect((await socket.closed).code).toBe(1009);
    }));

  it('cuts off a client that answers no ping', () =>
    withTicking({ limits: { pingSeconds: 0.05 } }, async ({ server, sources }) => {
      const socket = await openReady(server.url, {}, { autoPong: false });
      subscribeTo(socket, '1', 'subscription { ticks }');
      await until(() => sources.size === 1);
      expect((await socket.closed).code).toBe(1006);
      await until(() => sources.size === 0);
    }));

  it.each(['connection_ack', 'next', 'error'])('closes with 4400 when a client says %s, as only a server may', (type) =>
    withTicking({}, async ({ server }) => {
      const socket = await openReady(server.url);
      socket.say({ id: '1', type, payload: type === 'error' ? [] : {} });
      expect((await socket.closed).code).toBe(4400);
    }),
  );

  it('hears nothing more from a client that it is closing', () =>
    withTicking({}, async ({ server, sources }) => {
      const other = await openReady(server.url);
      const socket = await openReady(server.url);
      socket.say({ type: 'nonsense' });
      subscribeTo(socket, '1', 'subscription { ticks }');
      expect((await socket.closed).code).toBe(4400);
      subscribeTo(other, 'q', '{ hello }');
      await other.message(({ type }) => type === 'complete');
      expect(sources.size).toBe(0);
    }));

  it('lets go of a subscription that is ended while it begins', () =>
    withTicking({}, async ({ server, sources, tick }) => {
      const socket = await openReady(server.url);
      subscribeTo(socket, '1', 'subscription { ticks }');
      socket.say({ id: '1', type: 'complete' });
      subscribeTo(socket, '2', '{ hello }');
      await socket.message(({ type, id }) => type === 'complete' && id === '2');
      await until(() => sources.size === 0);
      tick(1);
      subscribeTo(socket, '3', '{ hello }');
      await socket.message(({ type, id }) => type === 'complete' && id === '3');
      expect(socket.received.filter(({ id }) => id === '1')).toEqual([]);
    }));

  it('tells nothing of an operation under an id that was ended and used again at once', () =>
    withTicking({}, async ({ server, sources, tick, answer, waiting }) => {
      const socket = await openReady(server.url);
      subscribeTo(socket, '1', '{ slow }');
      await until(() => waiting() === 1);
      socket.say({ id: '1', type: 'complete' });
      subscribeTo(socket, '1', 'subscription { ticks }');
      await until(() => sources.size === 1);
      answer();
      tick(7);
      await socket.message(({ type }) => type === 'next');
      socket.say({ type: 'ping' });
      await socket.message(({ type }) => type === 'pong');
      expect(socket.received.slice(1)).toEqual([
        { id: '1', type: 'next', payload: { data: { ticks: 7 } } },
        { type: 'pong' },
      ]);
    }));

  it('survives ids and messages made to break it', () =>
    withTicking({}, async ({ server }) => {
      const socket = await openReady(server.url);
      for (const id of ['__proto__', 'constructor', '"}\n\u2028💥']) subscribeTo(socket, id, '{ hello }');
      await until(() => socket.received.filter(({ type }) => type === 'complete').length === 3);
      expect(socket.received.filter(({ type }) => type === 'next').map(({ id }) => id)).toEqual([
        '__proto__',
        'constructor',
        '"}\n\u2028💥',
      ]);
      socket.say(['not', 'a', 'message']);
      expect((await socket.closed).code).toBe(4400);
    }));
});
