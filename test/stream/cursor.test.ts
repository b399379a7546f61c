import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor } from '../../src/stream/cursor.js';
import type { Position, Positions } from '../../src/stream/cursor.js';

/** Readers at these positions. */
function at(positions: Positions) {
  return Object.entries(positions).map(([name, position]) => [name, { position }] as const);
}

describe('a cursor', () => {
  it('decodes to the positions it was made of', () => {
    const text = fc.string({ maxLength: 20 });
    const local = fc.record({ epoch: text, sequence: fc.nat() });
    const source = fc
      .record({ origin: text, from: text, to: text })
      .map(({ origin, from, to }) => ({ origin, from, to: to < from ? from : to }));
    const position = fc.record({ local, source }, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.dictionary(text, position, { minKeys: 1, maxKeys: 4 }), fc.string(), (all, scope) => {
        expect(decodeCursor(encodeCursor(at(all), scope), scope)).toEqual({ ...all });
      }),
    );
  });

  it('decodes to nothing in another scope', () => {
    expect(decodeCursor(encodeCursor(at({ things: {} }), 'a'), 'b')).toBeUndefined();
  });

  it('of a position before the first, or of one that ends before it begins, says nothing of its source', () => {
    const position = { local: { epoch: 'e', sequence: -1 }, source: { origin: 'o', from: '2', to: '1' } };
    expect(decodeCursor(encodeCursor(at({ a: position }), ''), '')).toEqual({ a: {} });
  });

  it('of readers that stand at one position names each source its own way', () => {
    const here: Position = { local: { epoch: 'e', sequence: 1 } };
    const both = encodeCursor(at({ a: here, b: here, c: {} }), 's');
    expect(decodeCursor(both, 's')).toEqual({ a: here, b: here, c: {} });
  });

  it('that is rubbish is nothing, and no error', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(decodeCursor(text, '')).toBeUndefined()));
    const json = fc.json().map((text) => Buffer.from(text).toString('base64url'));
    fc.assert(fc.property(json, (text) => expect(decodeCursor(text, '')).toBeUndefined()));
    expect(decodeCursor('A'.repeat(1_000_000), '')).toBeUndefined();
  });
});
