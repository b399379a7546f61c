import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineSplitter, longestLineBytes } from '../../src/runner/line-splitter.js';

function split(chunks: readonly Buffer[]): string[] {
  const splitter = new LineSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

describe('Lines of a program', () => {
  it('are the same however the bytes arrive', () => {
    const text = fc.array(
      fc.string({ unit: 'grapheme' }).map((line) => line.replaceAll(/[\r\n]/g, '')),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(text, fc.array(fc.nat(20)), (lines, sizes) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const chunks: Buffer[] = [];
        let start = 0;
        for (const size of sizes) chunks.push(bytes.subarray(start, (start += size)));
        expect(split([...chunks, bytes.subarray(start)])).toEqual(lines);
      }),
    );
  });

  it('end with or without a carriage return, and the last one without any end', () => {
    expect(split([Buffer.from('a\r'), Buffer.from('\nb\rc\n'), Buffer.from('d')])).toEqual(['a', 'b\rc', 'd']);
  });

  it('show bytes that are no UTF-8 as replacement characters', () => {
    expect(split([Buffer.from([0x61, 0xff, 0x62, 0x0a])])).toEqual(['a\ufffdb']);
  });

  it('that are too long are cut between characters, and nothing is lost', () => {
    const long = '漢'.repeat(100_000);
    const pieces = split([Buffer.from(`${long}\nnext\n`)]);
    expect(pieces.join('')).toBe(`${long}next`);
    expect(Math.max(...pieces.map((piece) => Buffer.byteLength(piece)))).toBeLessThanOrEqual(longestLineBytes);
    expect(pieces.at(-1)).toBe('next');
  });
});
