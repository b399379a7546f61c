import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor } from '../../src/stream/cursor.js';

describe('a cursor', () => {
  it('decodes to the positions it was made of', () => {
    const position = fc.record({ epoch: fc.string(), sequence: fc.nat() });
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 20 }), position, { maxKeys: 4 }), fc.string(), (all, scope) => {
        expect(decodeCursor(encodeCursor(all, scope), scope)).toEqual({ ...all });
      }),
    );
  });

  it('decodes to nothing in another scope', () => {
    expect(decodeCursor(encodeCursor({}, 'a'), 'b')).toBeUndefined();
  });

  it('of a position before the first is of no use', () => {
    expect(decodeCursor(encodeCursor({ a: { epoch: 'e', sequence: -1 } }))).toBeUndefined();
  });

  it('that is rubbish is nothing, and no error', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(decodeCursor(text)).toBeUndefined()));
    const json = fc.json().map((text) => Buffer.from(text).toString('base64url'));
    fc.assert(fc.property(json, (text) => expect(decodeCursor(text)).toBeUndefined()));
    expect(decodeCursor('A'.repeat(1_000_000))).toBeUndefined();
  });
});
