import { describe, expect, it } from '@jest/globals';
import { withTicking } from './ticking-server.js';

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const json = { 'content-type': 'application/json' };
const hello = JSON.stringify({ query: '{ hello }' });

const cases: readonly (readonly [string, Asked])[] = [
  ['a query', { headers: json, body: hello }],
  ['a query that says what it accepts', { headers: { ...json, accept: 'application/json' }, body: hello }],
  ['a request id', { headers: { ...json, 'x-request-id': 'mine' }, body: hello }],
  ['an error of a resolver', { headers: { ...json, 'x-request-id': 'mine' }, body: '{"query":"{ refused }"}' }],
  ['a document that does not parse', { headers: json, body: '{"query":"{"}' }],
  ['a body that is no JSON', { headers: json, body: '{' }],
  ['a body that is too large', { headers: json, body: JSON.stringify({ query: `#${'x'.repeat(2_000_000)}` }) }],
  ['a body of another type', { headers: { 'content-type': 'text/plain' }, body: hello }],
  ['no body', { headers: json }],
  ['a page of a stranger', { headers: { ...json, origin: 'https://stranger.example' }, body: hello }],
];

/** The same address in a spelling that goes through Express. */
const ways = ['/graphql', '/graphql/'];
const passing = new Set(['date', 'x-request-id']);

describe('a request to /graphql', () => {
  it.each(cases)('is answered the same with and without Express: %s', (_name, asked) =>
    withTicking({}, async ({ server }) => {
      const answers = ways.map(async (path) => {
        const response = await fetch(server.url + path, { method: 'POST', ...asked });
        const headers = [...response.headers].filter(([name]) => !passing.has(name));
        expect(response.headers.get('x-request-id')).toMatch(/^[\w.-]{1,64}$/);
        const body = (await response.text()).replaceAll(/"requestId":"[^"]+"/g, '"requestId":"…"');
        return { status: response.status, headers: new Map(headers), body };
      });
      const [direct, express] = await Promise.all(answers);
      expect(direct).toEqual(express);
    }),
  );
});
