import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { startTicking } from './ticking-server.js';
import type { Ticking } from './ticking-server.js';

/** What a server MAY do and ours does not: a bare GET could come from any page (CSRF), so it must carry a content type. */
const declined = new Set(['5A70', 'D6D5', '6A70']);

describe('the audits of GraphQL over HTTP', () => {
  let ticking: Ticking;
  beforeAll(async () => {
    ticking = await startTicking();
  });
  afterAll(async () => {
    await ticking[Symbol.asyncDispose]();
  });

  const audits = serverAudits({ url: () => `${ticking.server.url}/graphql` });

  it('are sixty-one', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits.filter(({ id }) => !declined.has(id)))('passes $id: $name', async (audit) => {
    const result = await audit.fn();
    expect(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`).toBe('ok');
  });

  it.each(audits.filter(({ id }) => declined.has(id)))(
    'declines $id, without error or warning: $name',
    async (audit) => {
      expect((await audit.fn()).status).toBe('notice');
    },
  );
});

describe('an answer', () => {
  it('to a GET with a content type holds the result', async () => {
    const ticking = await startTicking();
    try {
      const query = new URLSearchParams({ query: 'query ($n: Int!) { limited(first: $n) }', variables: '{"n":3}' });
      const response = await fetch(`${ticking.server.url}/graphql?${query}`, {
        headers: { 'content-type': 'application/json' },
      });
      expect(await response.json()).toEqual({ data: { limited: 3 } });
    } finally {
      await ticking[Symbol.asyncDispose]();
    }
  });

  it.each([
    ['application/json', 'application/json', 200],
    ['application/graphql-response+json', 'application/graphql-response+json', 400],
    ['application/json;q=0.5, application/graphql-response+json', 'application/graphql-response+json', 400],
    ['application/json, application/graphql-response+json;q=0.5', 'application/json', 200],
    ['text/plain', 'application/json', 406],
  ])('to a wrong document under Accept: %s is %s with %d', async (accept, type, status) => {
    const ticking = await startTicking();
    try {
      const response = await fetch(`${ticking.server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query: status === 406 ? '{ hello }' : '{' }),
      });
      expect([response.headers.get('content-type')?.split(';')[0], response.status]).toEqual([type, status]);
    } finally {
      await ticking[Symbol.asyncDispose]();
    }
  });
});
