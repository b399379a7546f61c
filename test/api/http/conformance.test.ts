import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { converse, pause, startOurs, startStock } from './conformance-peers.js';
import type { Frame, Peer } from './conformance-peers.js';

const init = { type: 'connection_init' };
const ack = { type: 'connection_ack' };
const subscribe = (id: unknown, query: unknown, more: object = {}) => ({
  id,
  type: 'subscribe',
  payload: { query, ...more },
});
const next = (id: string, data: object) => ({ id, type: 'next', payload: { data } });
const complete = (id: string) => ({ id, type: 'complete' });
const count = (to: number) => `subscription { count(to: ${to}) }`;
const forever = 'subscription { forever }';
const refused = (id: string) => expect.objectContaining({ id, type: 'error', payload: expect.any(Array) });
const text = (value: string, more: Partial<Frame> = {}) => ({ text: value, ...more });

interface Outcome {
  readonly heard?: readonly unknown[];
  readonly code?: number;
}

/** What a client says, what must come of it, and what comes of it with graphql-ws where we differ on purpose. */
type Case = readonly [title: string, says: readonly object[], must: Outcome, stock?: Outcome];

/** @see GraphQL over WebSocket protocol, graphql-transport-ws. */
const cases: readonly Case[] = [
  ['an introduction is acknowledged', [init], { heard: [ack] }],
  ['an introduction with a payload is acknowledged', [{ ...init, payload: { a: 1 } }], { heard: [ack] }],
  ['no introduction in time closes with 4408', [], { heard: [], code: 4408 }],
  ['a second introduction closes with 4429', [init, init], { heard: [ack], code: 4429 }],
  ['a subscription before the introduction closes with 4401', [subscribe('1', count(1))], { heard: [], code: 4401 }],
  ['a ping is answered, before the introduction too', [{ type: 'ping' }, init], { heard: [{ type: 'pong' }, ack] }],
  [
    'a ping is answered with its payload',
    [init, { type: 'ping', payload: { a: [1] } }],
    { heard: [ack, { type: 'pong', payload: { a: [1] } }] },
  ],
  ['a pong that nobody asked for is taken', [init, { type: 'pong' }], { heard: [ack] }],
  ['text that is no JSON closes with 4400', [init, text('{')], { heard: [ack], code: 4400 }],
  ['an empty message closes with 4400', [init, text('""')], { heard: [ack], code: 4400 }],
  ['an array closes with 4400', [init, ['a']], { heard: [ack], code: 4400 }],
  ['null closes with 4400', [init, text('null')], { heard: [ack], code: 4400 }],
  ['a message without a type closes with 4400', [init, { id: '1' }], { heard: [ack], code: 4400 }],
  ['an unknown type closes with 4400', [init, { type: 'start', id: '1' }], { heard: [ack], code: 4400 }],
  [
    'a subscription without an id closes with 4400',
    [init, subscribe(undefined, count(1))],
    { heard: [ack], code: 4400 },
  ],
  ['a subscription with an empty id closes with 4400', [init, subscribe('', count(1))], { heard: [ack], code: 4400 }],
  ['an id that is a number closes with 4400', [init, subscribe(1, count(1))], { heard: [ack], code: 4400 }],
  [
    'a subscription without a payload closes with 4400',
    [init, { id: '1', type: 'subscribe' }],
    { heard: [ack], code: 4400 },
  ],
  ['a query that is no text closes with 4400', [init, subscribe('1', 1)], { heard: [ack], code: 4400 }],
  [
    'variables that are text close with 4400',
    [init, subscribe('1', count(1), { variables: 'a' })],
    { heard: [ack], code: 4400 },
  ],
  [
    'a name that is a number closes with 4400',
    [init, subscribe('1', count(1), { operationName: 1 })],
    { heard: [ack], code: 4400 },
  ],
  [
    'a payload of a ping that is text closes with 4400',
    [init, { type: 'ping', payload: 'a' }],
    { heard: [ack], code: 4400 },
  ],
  ['a complete without an id closes with 4400', [init, { type: 'complete' }], { heard: [ack], code: 4400 }],
  [
    'a query is answered and completed',
    [init, subscribe('q', '{ hello }')],
    { heard: [ack, next('q', { hello: 'hello' }), complete('q')] },
  ],
  [
    'a subscription is told in order and completed',
    [init, subscribe('s', count(3))],
    { heard: [ack, ...[1, 2, 3].map((value) => next('s', { count: value })), complete('s')] },
  ],
  [
    'the named operation is the one that runs',
    [init, subscribe('q', `query A { hello } subscription B { count(to: 1) }`, { operationName: 'A' })],
    { heard: [ack, next('q', { hello: 'hello' }), complete('q')] },
  ],
  [
    'variables are used',
    [init, subscribe('s', 'subscription ($to: Int!) { count(to: $to) }', { variables: { to: 1 } })],
    { heard: [ack, next('s', { count: 1 }), complete('s')] },
  ],
  [
    'an id in use closes with 4409',
    [init, subscribe('s', forever), subscribe('s', forever)],
    { heard: [ack], code: 4409 },
  ],
  [
    'a client that completes is told nothing more, and its id is free',
    [init, subscribe('s', forever), pause, complete('s'), subscribe('s', '{ hello }')],
    { heard: [ack, next('s', { forever: 1 }), next('s', { hello: 'hello' }), complete('s')] },
    { heard: [ack, next('s', { forever: 1 }), next('s', { hello: 'hello' }), complete('s'), complete('s')] },
  ],
  ['a complete for nothing is taken', [init, complete('nothing')], { heard: [ack] }],
  [
    'a document that is not valid is refused for its id',
    [init, subscribe('s', '{ nothing }'), subscribe('q', '{ hello }')],
    { heard: [ack, refused('s'), next('q', { hello: 'hello' }), complete('q')] },
  ],
  [
    'a name of no operation is refused for its id',
    [init, subscribe('s', count(1), { operationName: 'X' })],
    { heard: [ack, refused('s')] },
  ],
  [
    'a document that does not parse is refused for its id',
    [init, subscribe('s', '{'), subscribe('q', '{ hello }')],
    { heard: [ack, refused('s'), next('q', { hello: 'hello' }), complete('q')] },
    { heard: [ack], code: 4500 },
  ],
  [
    'variables that do not fit are answered with errors for their id',
    [init, subscribe('s', 'subscription ($to: Int!) { count(to: $to) }', { variables: { to: 'x' } })],
    { heard: [ack, expect.objectContaining({ id: 's', type: 'next' }), complete('s')] },
  ],
  [
    'one operation too many is refused for its id',
    [init, ...['1', '2', '3', '4', '5', '6'].map((id) => subscribe(id, forever))],
    { heard: [ack, refused('6'), ...['1', '2', '3', '4', '5'].map((id) => next(id, { forever: 1 }))] },
    { heard: [ack, ...['1', '2', '3', '4', '5', '6'].map((id) => next(id, { forever: 1 }))] },
  ],
  [
    'a message of 10 MB closes with 1009',
    [init, text(JSON.stringify(subscribe('q', `{ hello } #${'x'.repeat(10_000_000)}`)))],
    { heard: [ack], code: 1009 },
    { heard: [ack, next('q', { hello: 'hello' }), complete('q')] },
  ],
  [
    'a message in fragments is one message',
    [init, text(JSON.stringify(subscribe('q', '{ hello }')), { fragments: 7 })],
    { heard: [ack, next('q', { hello: 'hello' }), complete('q')] },
  ],
  [
    'a binary frame is read as text',
    [init, text(JSON.stringify(subscribe('q', '{ hello }')), { binary: true })],
    { heard: [ack, next('q', { hello: 'hello' }), complete('q')] },
  ],
];

describe.each([
  ['ours', startOurs, ([, , must]: Case) => must],
  ['stock graphql-ws', startStock, ([, , must, stock]: Case) => stock ?? must],
] as const)('by %s', (_name, start, outcomeOf) => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await start();
  });
  afterAll(async () => {
    await peer[Symbol.asyncDispose]();
  });

  it.each(cases.map((one) => [one[0], one] as const))('%s', async (_title, one) => {
    const { heard, code } = await converse(peer.url, one[1]);
    const must = outcomeOf(one);
    expect(code).toBe(must.code);
    if (code === undefined || code === 1009) expect(sorted(heard)).toEqual(sorted(must.heard ?? []));
  });

  it('a socket of another protocol closes with 4406', async () => {
    expect((await converse(peer.url, [], [])).code).toBe(4406);
  });
});

/** Operations answer each in its own order; between them there is none. */
function sorted(heard: readonly unknown[]): unknown[] {
  return heard.toSorted((a, b) => idOf(a).localeCompare(idOf(b)));
}

/** Of a message, or of what a message has to look like. */
function idOf(one: unknown): string {
  const { id, sample } = one as { id?: string; sample?: { id?: string } };
  return id ?? sample?.id ?? '';
}
