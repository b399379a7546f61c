import { describe, expect, it } from '@jest/globals';
import { openReady, subscribeTo } from './raw-socket.js';
import { post, until, withTicking } from './ticking-server.js';
import type { Answer, LogLine } from './ticking-server.js';

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

function loggedOnce(log: readonly LogLine[], requestId: unknown): boolean {
  const lines = log.filter((line) => line['requestId'] === requestId);
  return lines.length === 1 && JSON.stringify(lines).includes('swordfish');
}

describe('an error that nobody foresaw', () => {
  it('is hidden over HTTP behind the id of the request, and logged once under it', () =>
    withTicking({}, async ({ server, log }) => {
      const { headers, body } = await post(server.url, '{ hello fails }');
      const requestId = headers.get('x-request-id');
      expect(requestId).toMatch(uuid);
      expect(body.data).toEqual({ hello: 'hello', fails: null });
      expect(body.errors).toEqual([
        {
          message: 'Internal error',
          locations: [{ line: 1, column: 9 }],
          path: ['fails'],
          extensions: { code: 'INTERNAL', requestId },
        },
      ]);
      expect(loggedOnce(log, requestId)).toBe(true);
    }));

  it('is hidden when it happens while the context is made', () =>
    withTicking({}, async ({ server, log }) => {
      const { status, headers, body } = await post(server.url, '{ hello }', { authorization: 'Bearer broken' });
      expect(status).toBe(500);
      const requestId = headers.get('x-request-id');
      expect(body).toEqual({ errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL', requestId } }] });
      expect(loggedOnce(log, requestId)).toBe(true);
    }));

  it('is hidden over a socket, and logged once', () =>
    withTicking({}, async ({ server, log }) => {
      const socket = await openReady(server.url);
      subscribeTo(socket, '1', '{ hello fails }');
      const { data, errors } = (await socket.message(({ type }) => type === 'next')).payload as Answer;
      expect(data).toEqual({ hello: 'hello', fails: null });
      expect(errors?.[0]).toMatchObject({
        message: 'Internal error',
        path: ['fails'],
        extensions: { code: 'INTERNAL' },
      });
      expect(errors?.[0]?.extensions['requestId']).toMatch(uuid);
      expect(loggedOnce(log, errors?.[0]?.extensions['requestId'])).toBe(true);
    }));

  it('is hidden when the source of a subscription breaks; the sibling goes on', () =>
    withTicking({}, async ({ server, log, sources, tick }) => {
      const socket = await openReady(server.url);
      subscribeTo(socket, 'breaks', 'subscription { breaks }');
      await until(() => sources.size === 1);
      const [broken] = sources;
      subscribeTo(socket, 'ticks', 'subscription { ticks }');
      await until(() => sources.size === 2);
      broken?.fail(new Error('password=swordfish'));
      const { id, payload } = await socket.message(({ type }) => type === 'error');
      const [error] = payload as NonNullable<Answer['errors']>;
      expect(id).toBe('breaks');
      expect(error).toMatchObject({ message: 'Internal error', extensions: { code: 'INTERNAL' } });
      expect(loggedOnce(log, error?.extensions['requestId'])).toBe(true);
      tick(5);
      expect((await socket.message(({ type }) => type === 'next')).id).toBe('ticks');
    }));

  it('is hidden when a subscription has no source at all', () =>
    withTicking({}, async ({ server, log }) => {
      const socket = await openReady(server.url);
      subscribeTo(socket, '1', 'subscription { wrong }');
      const { errors } = (await socket.message(({ type }) => type === 'next')).payload as Answer;
      expect(errors?.[0]).toMatchObject({ message: 'Internal error', extensions: { code: 'INTERNAL' } });
      expect(loggedOnce(log, errors?.[0]?.extensions['requestId'])).toBe(true);
    }));
});

describe('an error meant for the caller', () => {
  it.each([
    ['one with a known code', '{ refused }', 'There is no such thing.', 'NOT_FOUND'],
    [
      'a missing variable',
      'query ($n: Int!) { limited(first: $n) }',
      'Variable "$n" of required type "Int!" was not provided.',
      'BAD_USER_INPUT',
    ],
    [
      'an argument left empty by a variable',
      'query ($n: Int = 1) { limited(first: $n) }',
      'Argument "first" of non-null type "Int!" must not be null.',
      'BAD_USER_INPUT',
    ],
  ])('reads the same on both paths: %s', (_what, query, message, code) =>
    withTicking({}, async ({ server, log }) => {
      const variables = code === 'BAD_USER_INPUT' && query.includes('= 1') ? { n: null } : {};
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const overHttp = (await response.json()) as Answer;
      const socket = await openReady(server.url);
      socket.say({ id: '1', type: 'subscribe', payload: { query, variables } });
      const overSocket = (await socket.message(({ type }) => type === 'next')).payload as Answer;
      expect(overHttp.errors?.[0]).toMatchObject({ message, extensions: { code } });
      expect(overSocket.errors).toEqual(overHttp.errors);
      expect(log.filter(({ level }) => level === 50)).toEqual([]);
    }),
  );

  it('carries its status: 401 with UNAUTHENTICATED for a token that is not known', () =>
    withTicking({}, async ({ server }) => {
      const { status, headers, body } = await post(server.url, '{ hello }', { authorization: 'Bearer wrong' });
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      expect(body).toEqual({
        errors: [{ message: 'The token is not known.', extensions: { code: 'UNAUTHENTICATED' } }],
      });
    }));
});
