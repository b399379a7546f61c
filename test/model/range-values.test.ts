import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RangeParameter } from '../../src/model/parameter.js';
import { anyNumber, positionOf, rangeValues } from '../../src/model/range-values.js';

type Shape = Omit<RangeParameter, 'name'>;
const range = (shape: Shape): RangeParameter => ({ name: 'x', ...shape });

function listed(shape: Shape): number[] {
  const values = rangeValues(range(shape));
  if (!values) throw new Error('It lists no values.');
  return Array.from({ length: Number(values.count) }, (_, at) => values.at(BigInt(at)));
}

describe('a range', () => {
  it.each<[string, Shape, number[]]>([
    ['decades', { kind: 'float', min: 1e-5, max: 1, step: 10, scale: 'LOG' }, [0.00001, 0.0001, 0.001, 0.01, 0.1, 1]],
    ['thirds of a decade', { kind: 'float', min: 0.1, max: 0.5, step: 2, scale: 'LOG' }, [0.1, 0.2, 0.4]],
    [
      'a factor that just fits',
      { kind: 'float', min: 0.7, max: 0.7 * 1.1 ** 2, step: 1.1, scale: 'LOG' },
      [0.7, 0.77, 0.847],
    ],
    ['doubled integers', { kind: 'integer', min: 3, max: 100, step: 2, scale: 'LOG' }, [3, 6, 12, 24, 48, 96]],
    ['a step above the range', { kind: 'integer', min: 3, max: 5, step: 2, scale: 'LOG' }, [3]],
    [
      'LOG points',
      { kind: 'float', min: 1e-4, max: 1, points: 9, scale: 'LOG' },
      [0.0001, 0.000316227766017, 0.001, 0.00316227766017, 0.01, 0.0316227766017, 0.1, 0.316227766017, 1],
    ],
    [
      'LOG points of integers',
      { kind: 'integer', min: 10, max: 1000, step: 1, points: 5, scale: 'LOG' },
      [10, 32, 100, 316, 1000],
    ],
    ['points', { kind: 'float', min: 0, max: 1, points: 5 }, [0, 0.25, 0.5, 0.75, 1]],
    ['points in decimal', { kind: 'float', min: 0.1, max: 0.5, points: 5 }, [0.1, 0.2, 0.3, 0.4, 0.5]],
    ['points across zero', { kind: 'float', min: -1, max: 1, points: 4 }, [-1, -1 / 3, 1 / 3, 1]],
    ['points of integers', { kind: 'integer', min: -5, max: 5, step: 1, points: 4 }, [-5, -2, 2, 5]],
    ['a constant', { kind: 'float', min: 2, max: 2 }, [2]],
  ])('lists %s', (_name, shape, values) => {
    expect(listed(shape)).toEqual(values);
  });

  it('reaches the last power of two below 2^53 exactly', () => {
    const values = listed({ kind: 'integer', min: 1, max: Number.MAX_SAFE_INTEGER, step: 2, scale: 'LOG' });
    expect(values).toEqual(Array.from({ length: 53 }, (_, at) => 2 ** at));
  });

  it('lists no value above its max, and all that a step leads to', () => {
    const factors = fc.integer({ min: 1001, max: 20_000 }).map((thousandths) => thousandths / 1000);
    fc.assert(
      fc.property(
        factors,
        fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        (step, min, steps) => {
          const max = min * step ** steps;
          const values = rangeValues(range({ kind: 'float', min, max, step, scale: 'LOG' }));
          const count = Number(values?.count);
          expect(count === steps || count === steps + 1).toBe(true);
          expect(values?.at(0n)).toBe(min);
          expect(values?.at(BigInt(count - 1))).toBeLessThanOrEqual(max);
          expect(values?.at(BigInt(count))).toBeGreaterThan(max);
        },
      ),
    );
  });

  it('finds each of its values, and nothing in between', () => {
    const shapes: Shape[] = [
      { kind: 'float', min: 0.1, max: 0.9, step: 0.1 },
      { kind: 'float', min: 1e-5, max: 1, step: 1.7, scale: 'LOG' },
      { kind: 'float', min: 1e-3, max: 7, points: 40, scale: 'LOG' },
      { kind: 'integer', min: -7, max: 70, step: 7 },
    ];
    for (const shape of shapes) {
      const values = rangeValues(range(shape));
      if (!values) throw new Error('It lists no values.');
      for (const [at, value] of listed(shape).entries()) {
        expect(positionOf(values, value)).toBe(BigInt(at));
        expect(positionOf(values, value * 1.0000001 + 1e-9)).toBeUndefined();
      }
    }
  });

  it.each<[string, Shape]>([
    ['a float without step and points', { kind: 'float', min: 0, max: 1 }],
    ['one on a LOG scale', { kind: 'float', min: 1, max: 2, scale: 'LOG' }],
    ['integers on a LOG scale without a factor', { kind: 'integer', min: 1, max: 9, step: 1, scale: 'LOG' }],
  ])('lists nothing when it is any number: %s', (_name, shape) => {
    expect(rangeValues(range(shape))).toBeUndefined();
  });

  it('that is any whole number covers each by its share of the LOG scale', () => {
    const decade = range({ kind: 'integer', min: 1, max: 9, step: 1, scale: 'LOG' });
    const drawn = Array.from({ length: 10_000 }, (_, at) => anyNumber(decade, at / 10_000));
    for (let digit = 1; digit <= 9; digit += 1) {
      const share = drawn.filter((one) => one === digit).length;
      expect(Math.abs(share - 10_000 * Math.log10((digit + 1) / digit))).toBeLessThanOrEqual(1);
    }
  });
});
