import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decimalOf, numberOf } from '../../src/model/decimal.js';
import { pythonFloat } from '../../src/model/python-number.js';

/** Left: what `repr` of Python 3.11 printed. */
const spellings: readonly (readonly [string, number])[] = [
  ['0.0', 0],
  ['-0.0', -0],
  ['1.0', 1],
  ['0.5', 0.5],
  ['-12.25', -12.25],
  ['100.0', 100],
  ['0.0001', 0.0001],
  ['1e-05', 1e-5],
  ['1.5e-05', 1.5e-5],
  ['1234567.875', 1234567.875],
  ['9999999999999998.0', 9999999999999998],
  ['1e+16', 1e16],
  ['1.2345678901234568e+17', 1.2345678901234568e17],
  ['1e+21', 1e21],
  ['5e-324', 5e-324],
  ['1.7976931348623157e+308', 1.7976931348623157e308],
  ['1e+100', 1e100],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
];

describe('a float in Python spelling', () => {
  it.each(spellings)('is %s', (text, x) => {
    expect(pythonFloat(x)).toBe(text);
  });

  it('reads back as the same double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(Number(pythonFloat(x))).toBe(x);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a decimal fraction', () => {
  it.each([
    [0.25, 25n, 2],
    [1e-5, 1n, 5],
    [-1.5e-7, -15n, 8],
    [1e21, 10n ** 21n, 0],
    [0, 0n, 0],
  ])('of %p has the digits a person would write', (x, units, decimals) => {
    expect(decimalOf(x)).toEqual({ units, decimals });
  });

  it('is exact: it leads back to the same double', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        const { units, decimals } = decimalOf(x);
        expect(numberOf(units, decimals)).toBe(x === 0 ? 0 : x);
      }),
    );
  });
});
