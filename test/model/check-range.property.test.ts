import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createSearchSpace, assignmentAt, trialCount } from '../../src/model/search-space.js';
import { checkSubmission } from '../../src/model/submission.js';
import type { RangeInput, SamplingInput } from '../../src/model/submission-input.js';
import { submissionOf } from './submissions.js';

/** Numbers that people write, and numbers that nobody means. */
const numbers = fc.oneof(
  { weight: 12, arbitrary: fc.integer({ min: -20, max: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(1e-5, 0.1, 0.5, 1.000001, 1.1, 10, 1e6, 1e9) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      0,
      -0,
      5e-324,
      2 ** -1022,
      1.7976931348623157e308,
      -1e308,
      2 ** 53 - 1,
      2 ** 53,
      1 + 2 ** -52,
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY) },
  { weight: 1, arbitrary: fc.double({ noNaN: true }) },
);

const ranges: fc.Arbitrary<RangeInput> = fc.record({
  name: fc.constant('x'),
  min: numbers,
  max: numbers,
  step: fc.option(numbers),
  points: fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.integer({ min: -1, max: 12 }) },
  ),
  scale: fc.constantFrom('LINEAR', 'LOG', null),
  default: fc.option(numbers),
});

const samplings: fc.Arbitrary<SamplingInput> = fc.oneof(
  fc.constantFrom<SamplingInput>({ kind: 'GRID' }, { kind: 'GLADOS' }),
  fc.record({
    kind: fc.constantFrom('RANDOM', 'SOBOL'),
    samples: fc.constant(2 ** 32),
    seed: fc.option(fc.maxSafeNat()),
  }),
);

describe('a range of any numbers at all', () => {
  it.each(['integer', 'float'] as const)('of %ss is refused, or gives numbers from min to max that rise', (kind) => {
    let taken = 0;
    fc.assert(
      fc.property(ranges, samplings, fc.double({ min: 0, max: 1, noNaN: true }), (range, sampling, way) => {
        const checked = checkSubmission(submissionOf({ parameters: [{ [kind]: range }], sampling }), 'add.py');
        if (!checked.spec) {
          expect(checked.problems.length).toBeGreaterThan(0);
          return;
        }
        taken += 1;
        const space = createSearchSpace(checked.spec.parameters, checked.spec.sampling);
        const last = trialCount(space) - 1;
        const at = (index: number): number => Number(assignmentAt(space, index)[0]?.value);
        const middle = Math.floor(way * last);
        for (const index of new Set([0, middle, last])) {
          const value = at(index);
          expect(value).toBeGreaterThanOrEqual(range.min);
          expect(value).toBeLessThanOrEqual(range.max);
          if (kind === 'integer') expect(Number.isSafeInteger(value)).toBe(true);
        }
        if (sampling.kind === 'GRID' && middle < last) expect(at(middle)).toBeLessThan(at(middle + 1));
      }),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});
