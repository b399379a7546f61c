import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Parameter, Sampling } from '../../src/model/parameter.js';
import { assignmentAt, createSearchSpace, trialCount } from '../../src/model/search-space.js';
import { sobolCoordinate } from '../../src/model/sobol.js';
import { allAssignments, pairs } from './spaces.js';

const random = (samples: number, seed = 0): Sampling => ({ kind: 'RANDOM', samples, seed });
const sobol = (samples: number, seed?: number): Sampling => ({
  kind: 'SOBOL',
  samples,
  ...(seed !== undefined && { seed }),
});
const integer = (name: string, min: number, max: number): Parameter => ({ kind: 'integer', name, min, max, step: 1 });
const float: Parameter = { kind: 'float', name: 'f', min: 0, max: 1 };
const rate: Parameter = { kind: 'float', name: 'lr', min: 1e-5, max: 1, scale: 'LOG' };
const flag: Parameter = { kind: 'bool', name: 'b' };
const list: Parameter = { kind: 'list', name: 'l', values: ['a', 'b', 'c'] };
const group: Parameter = {
  kind: 'group',
  name: 'g',
  columns: [
    { name: 'p', values: ['1', '3', '5'] },
    { name: 'q', values: ['2', '4', '6'] },
  ],
};
const text: Parameter = { kind: 'text', name: 't', value: 'constant' };
const every = [integer('i', 1, 10), float, rate, text, flag, list, group];

/** Pearson's statistic of how often each of `kinds` values came up. */
function chiSquared(values: readonly unknown[], kinds: number): number {
  const counts = new Map<unknown, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const expected = values.length / kinds;
  const seen = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return seen + (kinds - counts.size) * expected;
}

describe('RANDOM', () => {
  /** Computed by another program, in Python's whole numbers, from the definition of Philox and of Lemire's method. */
  it.each([
    [0, 0, [4, 0.5166791672979152, 0.000013324530890009457, 'constant', false, 'c', '5', '6']],
    [0, 1, [10, 0.7909692887268979, 0.0022141346226549987, 'constant', true, 'b', '3', '4']],
    [42, 0, [7, 0.010058843540026619, 0.0009819027952275145, 'constant', true, 'a', '3', '4']],
    [42, 999_999_999, [5, 0.5128559189552929, 0.18654225616651002, 'constant', false, 'a', '3', '4']],
    [2 ** 53 - 1, 2 ** 53 - 2, [8, 0.8355488658968357, 0.7874952909808832, 'constant', true, 'b', '1', '2']],
  ])('draws the same on every machine: seed %p, sample %p', (seed, sample, values) => {
    const space = createSearchSpace(every, random(Number.MAX_SAFE_INTEGER, seed));
    const assignment = assignmentAt(space, sample);
    expect(assignment.map(({ name }) => name)).toEqual(['i', 'f', 'lr', 't', 'b', 'l', 'p', 'q']);
    const [i, f, lr, ...rest] = assignment.map(({ value }) => value);
    const [expectedI, expectedF, expectedLr, ...expectedRest] = values;
    expect([i, f, ...rest]).toEqual([expectedI, expectedF, ...expectedRest]);
    expect(Math.abs(Number(lr) / Number(expectedLr) - 1)).toBeLessThan(1e-14);
  });

  it('keeps its trials when there are more samples', () => {
    const [few, many] = [10, 1_000_000_000].map((samples) => createSearchSpace(every, random(samples, 7)));
    if (!few || !many) throw new Error('Two spaces were made.');
    expect(Array.from({ length: 10 }, (_, index) => assignmentAt(many, index))).toEqual(allAssignments(few));
  });

  it('keeps what the other parameters are when a constant comes or goes', () => {
    const constants = createSearchSpace([text, integer('i', 1, 10), integer('c', 5, 5), flag], random(50));
    const without = createSearchSpace([integer('i', 1, 10), flag], random(50));
    const varied = allAssignments(constants).map((row) => row.filter(({ name }) => name === 'i' || name === 'b'));
    expect(varied).toEqual(allAssignments(without));
  });

  it('draws each value as often as any other, for counts that divide nothing evenly', () => {
    for (const count of [2, 3, 7, 10, 97]) {
      const drawn = allAssignments(createSearchSpace([integer('i', 1, count)], random(4000, count)));
      // Above this once in 10^6 seeds, were it chance: mean + 6 standard deviations.
      expect(chiSquared(drawn.map(pairs).map(String), count)).toBeLessThan(count + 6 * Math.sqrt(2 * count));
    }
  });

  it('draws parameters that know nothing of each other', () => {
    const drawn = allAssignments(createSearchSpace([integer('i', 0, 9), integer('j', 0, 9)], random(6000)));
    expect(chiSquared(drawn.map(pairs).map(String), 100)).toBeLessThan(100 + 6 * Math.sqrt(200));
  });

  it('draws as many from each decade of a LOG scale', () => {
    const drawn = allAssignments(createSearchSpace([rate], random(4000, 3)));
    const decades = drawn.map(([setting]) => Math.floor(Math.log10(Number(setting?.value))));
    expect([...new Set(decades)].sort((a, b) => a - b)).toEqual([-5, -4, -3, -2, -1]);
    expect(chiSquared(decades, 5)).toBeLessThan(5 + 6 * Math.sqrt(10));
  });

  it('draws from 2^54 - 1 integers without favour for the lower ones', () => {
    const wide = integer('i', -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    const drawn = allAssignments(createSearchSpace([wide], random(6000)));
    const eighths = drawn.map(([setting]) => Math.floor((Number(setting?.value) / 2 ** 53 + 1) * 4));
    expect(chiSquared(eighths, 8)).toBeLessThan(8 + 6 * Math.sqrt(16));
  });

  it('draws listed values only, and rows of a group only', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (seed, index) => {
        const steps: Parameter = { kind: 'float', name: 's', min: 0, max: 1, step: 0.3, default: 0.9 };
        const space = createSearchSpace([steps, group, list], random(2 ** 53 - 1, seed));
        const [s, p, q, l] = assignmentAt(space, index % (2 ** 53 - 1)).map(({ text: written }) => written);
        expect(['0.0', '0.3', '0.6', '0.9']).toContain(s);
        expect(['12', '34', '56']).toContain(`${p}${q}`);
        expect(['a', 'b', 'c']).toContain(l);
      }),
    );
  });

  it('gives other trials for another seed, also where seeds differ in their upper half', () => {
    const first = [0, 1, 2 ** 32, 2 ** 52].map((seed) =>
      JSON.stringify(allAssignments(createSearchSpace([float], random(3, seed)))),
    );
    expect(new Set(first).size).toBe(4);
  });
});

describe('SOBOL', () => {
  it('takes the coordinates of its points, one parameter after the other, constants left out', () => {
    const other: Parameter = { ...float, name: 'h', min: -1, max: 1 };
    const space = createSearchSpace([float, text, other, integer('i', 1, 4)], sobol(8));
    expect(allAssignments(space).map((row) => row.map(({ value }) => value))).toEqual([
      [0, 'constant', -1, 1],
      [0.5, 'constant', 0, 3],
      [0.75, 'constant', -0.5, 2],
      [0.25, 'constant', 0.5, 4],
      [0.375, 'constant', -0.25, 3],
      [0.875, 'constant', 0.75, 1],
      [0.625, 'constant', -0.75, 4],
      [0.125, 'constant', 0.25, 2],
    ]);
  });

  it('runs through lists, flags and groups evenly: each value equally often in a power of two', () => {
    const four: Parameter = { kind: 'list', name: 'l', values: ['a', 'b', 'c', 'd'] };
    for (const seed of [undefined, 1, 2 ** 40]) {
      const drawn = allAssignments(createSearchSpace([flag, four, group], sobol(64, seed)));
      expect(
        chiSquared(
          drawn.map((row) => `${row[0]?.value} ${row[1]?.value}`),
          8,
        ),
      ).toBe(0);
      expect(new Set(drawn.map((row) => row[2]?.text))).toEqual(new Set(['1', '3', '5']));
    }
  });

  it('is scrambled by a seed, otherwise for each seed and parameter', () => {
    const parameters = [float, { ...float, name: 'h' }];
    const rows = [undefined, 0, 1].map((seed) =>
      allAssignments(createSearchSpace(parameters, sobol(16, seed))).map((row) => row.map(({ value }) => value)),
    );
    expect(new Set(rows.flat().map(String)).size).toBe(48);
    for (const points of rows) {
      for (const at of [0, 1]) {
        const sixteenths = points.map((point) => Math.floor(Number(point[at]) * 16));
        expect(sixteenths.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, n) => n));
      }
    }
  });

  it('reaches its last point, 2^32 - 1', () => {
    const space = createSearchSpace([float, rate], sobol(2 ** 32));
    expect(trialCount(space)).toBe(2 ** 32);
    expect(assignmentAt(space, 2 ** 32 - 1)[0]?.value).toBe(sobolCoordinate(0, 2 ** 32 - 1) / 2 ** 32);
    expect(() => assignmentAt(space, 2 ** 32)).toThrow('trials are numbered from 0 to 4294967295');
  });
});
