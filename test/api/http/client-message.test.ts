import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseMessage } from 'graphql-ws';
import { readMessage } from '../../../src/api/http/client-message.js';

const fromClients = ['connection_init', 'ping', 'pong', 'subscribe', 'complete'];
const types = [...fromClients, 'connection_ack', 'next', 'error', 'start', '', 1, null];
const values = [undefined, null, '', 'a', 1, true, [], ['a'], {}, { a: 1 }];

const payload = fc.oneof(
  fc.constantFrom(...values),
  fc.record(
    {
      query: fc.constantFrom(...values, '{ hello }'),
      operationName: fc.constantFrom(...values),
      variables: fc.constantFrom(...values),
      extensions: fc.constantFrom(...values),
    },
    { requiredKeys: [] },
  ),
);
const messages = fc.oneof(
  fc.record({ type: fc.constantFrom(...types), id: fc.constantFrom(...values), payload }, { requiredKeys: [] }),
  fc.constantFrom(...values.filter((value) => value !== undefined)),
);

/** What graphql-ws takes for a message that a client may send. */
function isTakenByGraphqlWs(text: string): boolean {
  try {
    return fromClients.includes(parseMessage(text).type);
  } catch {
    // It tells what is no message by throwing.
    return false;
  }
}

describe('a message of a client', () => {
  it('is read as it was sent when graphql-ws would read it, and is none otherwise', () => {
    let read = 0;
    fc.assert(
      fc.property(messages, (message) => {
        const text = JSON.stringify(message);
        const isTaken = isTakenByGraphqlWs(text);
        read += Number(isTaken);
        expect(readMessage(text)).toEqual(isTaken ? JSON.parse(text) : undefined);
      }),
      { numRuns: 3_000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it.each(['', '{', 'null', '"ping"', '[{"type":"ping"}]', '{"type":"ping"', '{"type":"__proto__"}'])(
    'is not %j',
    (text) => {
      expect(readMessage(text)).toBeUndefined();
    },
  );
});
