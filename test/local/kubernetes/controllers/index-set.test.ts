import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseIndexes } from '../../../../src/local/kubernetes/controllers/index-set.js';

const empty = parseIndexes('');

describe('a set of completion indexes', () => {
  it.each([
    [[], ''],
    [[3], '3'],
    [[0, 1], '0,1'],
    [[0, 1, 2, 4], '0-2,4'],
    [[9, 1, 3, 2, 8, 7], '1-3,7-9'],
  ])('writes %j as %j', (indexes, text) => {
    expect(empty.with(indexes).toString()).toBe(text);
  });

  it('leaves out what lies beyond the end, or is no interval', () => {
    expect(parseIndexes('0-2,x,5-9,12', 8).toString()).toBe('0-2,5-7');
  });

  it('holds what was put in, in whatever order, and nothing else', () => {
    const someIndexes = fc.array(fc.nat(60));
    fc.assert(
      fc.property(someIndexes, someIndexes, (left, right) => {
        const set = parseIndexes(empty.with(left).toString()).union(empty.with(right));
        const expected = new Set([...left, ...right]);
        expect(set.size).toBe(expected.size);
        for (let index = 0; index <= 61; index += 1) expect(set.has(index)).toBe(expected.has(index));
        const free = Array.from({ length: 61 }, (_, index) => index).filter((index) => !expected.has(index));
        expect(set.missing(5, 61)).toEqual(free.slice(0, 5));
        expect(empty.with(left).overlap(empty.with(right))).toBe(
          [...new Set(left)].filter((index) => right.includes(index)).length,
        );
      }),
    );
  });

  it('handles a billion indexes as fast as three', () => {
    const set = parseIndexes('0-499999999,500000001-999999999');
    expect(set.size).toBe(999_999_999);
    expect(set.missing(2, 2_000_000_000)).toEqual([500_000_000, 1_000_000_000]);
  });
});
