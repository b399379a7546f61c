import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineSplitter } from '../../src/cluster/lines.js';

/** The lines of `text` when it comes in pieces of the given sizes, in turn. */
function linesOf(text: string, sizes: readonly number[], splitter = new LineSplitter()): string[] {
  const bytes = Buffer.from(text);
  const lines: string[] = [];
  for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
    const end = start + Number(sizes[turn % sizes.length]);
    lines.push(...splitter.push(bytes.subarray(start, end)).map(String));
    start = end;
  }
  return [...lines, String(splitter.rest())];
}

describe('lines', () => {
  it('are those of the text, wherever the chunks were cut', () => {
    const text = fc
      .array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('\n'), fc.constant('\u2028')))
      .map((all) => all.join(''));
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
    fc.assert(fc.property(text, sizes, (all, cuts) => expect(linesOf(all, cuts)).toEqual(all.split('\n'))));
  });

  it('beyond the limit lose their end and leave the next line whole', () => {
    expect(linesOf(`${'a'.repeat(100)}\nshort\n${'b'.repeat(9)}`, [3], new LineSplitter(10))).toEqual([
      'a'.repeat(10),
      'short',
      'b'.repeat(9),
    ]);
  });

  it('of eight megabytes in chunks of a hundred bytes are joined once', () => {
    const line = 'x'.repeat(8 << 20);
    expect(linesOf(`${line}\n`, [100])).toEqual([line, '']);
  });
});
