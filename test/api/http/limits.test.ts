import { describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { openReady, subscribeTo } from './raw-socket.js';
import { post, withTicking } from './ticking-server.js';
import type { Ticking } from './ticking-server.js';

const nested = (levels: number) => `${'{ again '.repeat(levels - 1)}{ hello }${' }'.repeat(levels - 1)}`;
const doubling = [
  '{ ...F0 }',
  ...Array.from(
    { length: 10 },
    (_, i) => `fragment F${i} on Query { a${i}: again { ...F${i + 1} } b${i}: again { ...F${i + 1} } }`,
  ),
  'fragment F10 on Query { hello }',
].join('\n');

async function bothPaths({ server }: Ticking, query: string): Promise<(string | undefined)[]> {
  const { status, body } = await post(server.url, query);
  expect(status).toBe(400);
  const socket = await openReady(server.url);
  subscribeTo(socket, '1', query);
  const { payload } = await socket.message(({ type }) => type === 'error');
  expect(payload).toEqual(body.errors);
  return (body.errors ?? []).map(({ message }) => message);
}

describe('an operation that is too large', () => {
  it.each([
    ['13 levels', nested(13), 'The operation is 13 levels deep; at most 12 are allowed.'],
    ['1,000 levels', nested(1_000), 'The operation is 1000 levels deep; at most 12 are allowed.'],
    [
      '51 aliases',
      `{ ${Array.from({ length: 51 }, (_, i) => `a${i}: hello`).join(' ')} }`,
      'At most 50 aliases to a document.',
    ],
    [
      '51 root fields',
      `{ ${'hello '.repeat(51)} }`,
      'The operation has 51 fields at its root; at most 50 are allowed.',
    ],
    [
      '51 root fields out of a fragment',
      `{ ...F } fragment F on Query { ${'hello '.repeat(51)} }`,
      'The operation has 51 fields at its root; at most 50 are allowed.',
    ],
    [
      '1,600 aliases',
      `{ ${Array.from({ length: 1_600 }, (_, i) => `a${i}: hello`).join(' ')} }`,
      'At most 50 aliases to a document.',
    ],
    [
      'pages of pages',
      '{ again { limited(first: 100) pages: row(first: 100) { nodes { row(first: 100) { nodes { row { nodes { hello } } } } } } } }',
      'The operation may cost 1020203 fields on full pages; at most 100000 are allowed.',
    ],
    [
      'a page that a variable sizes',
      'query ($n: Int!) { row(first: $n) { nodes { row(first: $n) { nodes { row(first: $n) { nodes { hello } } } } } } }',
      'The operation may cost 2020201 fields on full pages; at most 100000 are allowed.',
    ],
    ['fragments that double', doubling, 'The operation asks for 3070 fields; at most 2000 are allowed.'],
  ])('is refused on both paths with the same words: %s', (_what, query, message) =>
    withTicking({}, async (ticking) => {
      expect(await bothPaths(ticking, query)).toContain(message);
    }),
  );

  it('is refused when it has too many tokens', () =>
    withTicking({ limits: { documentTokens: 50 } }, async (ticking) => {
      expect(await bothPaths(ticking, `{ ${'hello '.repeat(60)} }`)).toEqual([
        'Syntax Error: Document contains more that 50 tokens. Parsing aborted.',
      ]);
    }));

  it('is refused with 413 when its body is too large', () =>
    withTicking({ limits: { requestBytes: 1_000 } }, async ({ server }) => {
      const { status, body } = await post(server.url, `{ hello } # ${'x'.repeat(1_000)}`);
      expect([status, body]).toEqual([
        413,
        { errors: [{ message: 'The request is too large.', extensions: { code: 'TOO_LARGE' } }] },
      ]);
    }));

  it('is refused without hanging when its fragments go in circles', () =>
    withTicking({}, async (ticking) => {
      const circle = '{ ...A } fragment A on Query { again { ...B } } fragment B on Query { again { ...A } }';
      expect(await bothPaths(ticking, circle)).toEqual(['Cannot spread fragment "A" within itself via "B".']);
    }));
});

describe('an operation within the limits', () => {
  it.each([
    ['12 levels', nested(12)],
    ['a page of pages', '{ row(first: 100) { nodes { row(first: 100) { nodes { hello } } } } }'],
    ['the introspection of GraphiQL', getIntrospectionQuery({ schemaDescription: true, inputValueDeprecation: true })],
  ])('runs: %s', (_what, query) =>
    withTicking({}, async ({ server }) => {
      const { status, body } = await post(server.url, query);
      expect([status, body.errors]).toEqual([200, undefined]);
    }),
  );

  it('runs again from the cache, on the other path too', () =>
    withTicking({}, async ({ server }) => {
      const query = '{ hello viewer }';
      const socket = await openReady(server.url, { authorization: 'Bearer socket' });
      subscribeTo(socket, '1', query);
      await socket.message(({ type }) => type === 'complete');
      const { body } = await post(server.url, query, { authorization: 'Bearer http' });
      expect(socket.received.map(({ payload }) => payload)).toContainEqual({
        data: { hello: 'hello', viewer: 'Bearer socket' },
      });
      expect(body).toEqual({ data: { hello: 'hello', viewer: 'Bearer http' } });
    }));
});
