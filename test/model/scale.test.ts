import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { between, binaryLog, power } from '../../src/model/scale.js';

const above = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
const fractions = fc.double({ min: 0, max: 1, noNaN: true });
const close = (x: number, y: number, within: number): boolean => Math.abs(x - y) <= within * Math.abs(y);

describe('a LOG scale', () => {
  it('is what exp and log say, to 12 digits', () => {
    fc.assert(
      fc.property(above, above, fractions, (one, other, fraction) => {
        const [min, max] = [Math.min(one, other), Math.max(one, other)];
        if (!Number.isFinite(max / min)) return;
        const expected = Math.exp(Math.log(min) * (1 - fraction) + Math.log(max) * fraction);
        expect(close(between({ min, max, scale: 'LOG' }, fraction), expected, 1e-12)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('stays inside and rises, at the smallest steps too', () => {
    const ends = { min: 0.1, max: 0.1 * (1 + 2 ** -40), scale: 'LOG' } as const;
    const values = Array.from({ length: 1001 }, (_, at) => between(ends, at / 1000));
    expect(values[0]).toBe(ends.min);
    expect(values.at(-1)).toBe(ends.max);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
  });

  it('spans all that doubles do', () => {
    const ends = { min: 2 ** -1000, max: 2 ** 23.5, scale: 'LOG' } as const;
    expect(close(between(ends, 1 - 2 ** -53), ends.max, 1e-12)).toBe(true);
    expect(between({ min: 1, max: 2 ** 1023, scale: 'LOG' }, 1 / 1023)).toBe(2);
  });
});

describe('a linear scale', () => {
  it('never leaves its ends, however far they are apart', () => {
    fc.assert(
      fc.property(fc.double({ max: 1.7e308, noNaN: true, noDefaultInfinity: true }), fractions, (min, fraction) => {
        const value = between({ min, max: 1.7e308 }, fraction);
        expect(value).toBeGreaterThanOrEqual(min);
        expect(value).toBeLessThanOrEqual(1.7e308);
      }),
    );
    expect(between({ min: -1e308, max: 1e308 }, 0.5)).toBe(0);
  });
});

describe('arithmetic', () => {
  it('of whole powers is exact below 2^53', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1000 }), fc.integer({ min: 0, max: 60 }), (base, exponent) => {
        const exact = BigInt(base) ** BigInt(exponent);
        fc.pre(exact < 2n ** 53n);
        expect(power(base, exponent)).toBe(Number(exact));
      }),
    );
  });

  it('knows the logarithm of every power of two', () => {
    for (let exponent = 0; exponent < 1024; exponent += 1) expect(binaryLog(2 ** exponent)).toBe(exponent);
  });
});
