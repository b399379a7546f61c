import { describe, expect, it } from '@jest/globals';
import { amountOf } from '../../src/cluster/quantity.js';

describe('a quantity', () => {
  it.each([
    ['1500m', 1.5],
    ['2', 2],
    ['.5', 0.5],
    ['2Gi', 2 ** 31],
    ['1k', 1000],
    ['1e3', 1000],
    ['1E2', 100],
    ['1E', 1e18],
    ['+100n', 1e-7],
  ])('%s amounts to %d', (text, amount) => {
    expect(amountOf(text) / amount).toBeCloseTo(1, 12);
  });

  it.each(['', 'x', '-1', '1.2.3', '1ki', '1 Gi', 'Gi', '1e', '1Gi3'])('is not read into "%s"', (text) => {
    expect(amountOf(text)).toBeNaN();
  });
});
