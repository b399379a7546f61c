import { describe, expect, it } from '@jest/globals';
import { remainingDelay } from '../../../../src/local/kubernetes/controllers/backoff.js';
import { shiftClock } from '../../../support/shifted-clock.js';

describe('the delay after a failure', () => {
  it('is ten seconds, doubles with each, and is six minutes at most', () => {
    const lastFailure = Date.now();
    for (const [failures, seconds] of [
      [1, 10],
      [2, 20],
      [6, 320],
      [7, 360],
      [50, 360],
    ] as const) {
      const delay = remainingDelay({ failures, lastFailure });
      expect(delay).toBeLessThanOrEqual(seconds * 1000);
      expect(delay).toBeGreaterThan(seconds * 1000 - 5_000);
    }
    expect(remainingDelay({ failures: 1, lastFailure: lastFailure - 10_000 })).toBe(0);
  });

  it('does not last until a clock that was set back comes to the failure again', () => {
    const lastFailure = Date.now();
    using _shifted = shiftClock(-3_600_000);
    expect(remainingDelay({ failures: 1, lastFailure })).toBe(0);
  });
});
