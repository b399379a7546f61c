import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DomainError } from '../../src/model/errors.js';
import type { Parameter } from '../../src/model/parameter.js';
import { assignmentAt, createSearchSpace, trialCount } from '../../src/model/search-space.js';
import { allAssignments, expandAndFilter, pairs, product, smallParameters } from './spaces.js';

const integer = (name: string, min: number, max: number, preset?: number): Parameter => ({
  kind: 'integer',
  name,
  min,
  max,
  step: 1,
  ...(preset !== undefined && { default: preset }),
});
const float = (min: number, max: number, step: number): Parameter => ({ kind: 'float', name: 'f', min, max, step });
const textsOf = (parameter: Parameter): string[] =>
  allAssignments(createSearchSpace([parameter], 'GRID')).map((assignment) => assignment[0]?.text ?? '');

describe('a GLADOS space', () => {
  it('numbers exactly what filtering the whole product leaves, in the same order', () => {
    fc.assert(
      fc.property(smallParameters, (parameters) => {
        const space = createSearchSpace(parameters, 'GLADOS');
        expect(allAssignments(space).map(pairs)).toEqual(expandAndFilter(parameters));
      }),
      { numRuns: 500 },
    );
  });

  it('holds what the count formula of v1 says', () => {
    const parameters = [integer('x', 1, 10, 1), integer('y', 11, 20, 11), integer('z', 0, 4)];
    expect(trialCount(createSearchSpace(parameters, 'GLADOS'))).toBe(5 * (1 + 9 + 9));
  });

  it('runs every value of one parameter whose default is not listed, all others at their default', () => {
    const space = createSearchSpace([integer('x', 1, 3, 99), integer('y', 1, 3, 2)], 'GLADOS');
    expect(allAssignments(space).map((row) => row.map((setting) => setting.value))).toEqual([
      [1, 2],
      [2, 2],
      [3, 2],
    ]);
  });

  it('keeps a default that is listed twice twice', () => {
    const list: Parameter = { kind: 'list', name: 'l', values: ['a', 'b', 'a'], default: 'a' };
    const space = createSearchSpace([list, integer('y', 1, 2, 1)], 'GLADOS');
    expect(allAssignments(space).map((row) => row.map((setting) => setting.text).join(''))).toEqual([
      'a1',
      'a2',
      'b1',
      'a1',
      'a2',
    ]);
  });

  it('is empty when two defaults are not listed', () => {
    expect(trialCount(createSearchSpace([integer('x', 1, 3, 99), integer('y', 1, 3, 99)], 'GLADOS'))).toBe(0);
  });

  it('takes a range from a value to itself as a constant, whatever its default', () => {
    const space = createSearchSpace([integer('c', 5, 5, 7), integer('x', 1, 3, 1)], 'GLADOS');
    expect(allAssignments(space).map(pairs)[0]).toEqual([
      ['x', 1],
      ['c', 5],
    ]);
    expect(trialCount(space)).toBe(3);
  });

  it('needs no time for 300 defaulted parameters of 10^9 values', () => {
    const parameters = Array.from({ length: 300 }, (_, at) => integer(`p${at}`, 1, 1_000_000_000, 500_000_000));
    const space = createSearchSpace(parameters, 'GLADOS');
    expect(trialCount(space)).toBe(1 + 300 * 999_999_999);
    const changed = assignmentAt(space, trialCount(space) - 1).filter((setting) => setting.value !== 500_000_000);
    expect(changed).toEqual([{ name: 'p0', value: 1_000_000_000, text: '1000000000' }]);
  });

  it('finds its way in a list that holds its default ten thousand times', () => {
    const values = Array.from({ length: 10_000 }, (_, at) => (at % 10 === 9 ? 'rare' : 'usual'));
    const list: Parameter = { kind: 'list', name: 'l', values, default: 'usual' };
    const space = createSearchSpace([list, integer('y', 1, 3, 1)], 'GLADOS');
    expect(trialCount(space)).toBe(9000 * 3 + 1000);
    expect(pairs(assignmentAt(space, 27))).toEqual([
      ['l', 'rare'],
      ['y', 1],
    ]);
  });
});

describe('a GRID space', () => {
  it('is the full product in parameter order, the last parameter fastest, whatever the defaults', () => {
    fc.assert(
      fc.property(smallParameters, (parameters) => {
        expect(allAssignments(createSearchSpace(parameters, 'GRID')).map(pairs)).toEqual(product(parameters));
      }),
      { numRuns: 200 },
    );
  });

  it('reaches both ends of 2^53 - 1 trials', () => {
    const space = createSearchSpace([integer('x', 1, Number.MAX_SAFE_INTEGER)], 'GRID');
    expect(trialCount(space)).toBe(Number.MAX_SAFE_INTEGER);
    expect(assignmentAt(space, 0)[0]?.text).toBe('1');
    expect(assignmentAt(space, Number.MAX_SAFE_INTEGER - 1)[0]?.text).toBe('9007199254740991');
  });

  it('counts without rounding where doubles cannot', () => {
    const space = createSearchSpace([integer('x', -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)], 'GRID');
    expect(space.count).toBe(2n ** 54n - 1n);
  });

  it('agrees with mixed-radix digits at random places of 10^15 trials', () => {
    const parameters = Array.from({ length: 5 }, (_, at) => integer(`p${at}`, 0, 999));
    const space = createSearchSpace(parameters, 'GRID');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 15 - 1 }), (index) => {
        const digits = assignmentAt(space, index).map((setting) => Number(setting.value));
        expect(digits.reduce((number, digit) => number * 1000 + digit, 0)).toBe(index);
      }),
    );
  });
});

describe('an index outside the space', () => {
  it.each([-1, 3, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1])('is refused: %p', (index) => {
    const space = createSearchSpace([integer('x', 1, 3)], 'GLADOS');
    expect(() => assignmentAt(space, index)).toThrow(DomainError);
    expect(() => assignmentAt(space, index)).toThrow('trials are numbered from 0 to 2');
  });
});

describe('a float range', () => {
  it.each([
    { name: 'never goes above its max', range: float(0, 1, 0.3), texts: ['0.0', '0.3', '0.6', '0.9'] },
    { name: 'does not collect rounding errors', range: float(0.1, 0.35, 0.1), texts: ['0.1', '0.2', '0.3'] },
    { name: 'takes tiny steps', range: float(1e-5, 3e-5, 1e-5), texts: ['1e-05', '2e-05', '3e-05'] },
    { name: 'mixes exponents', range: float(0.0001, 1.0001, 0.5), texts: ['0.0001', '0.5001', '1.0001'] },
    { name: 'takes huge steps', range: float(1e21, 3e21, 1e21), texts: ['1e+21', '2e+21', '3e+21'] },
    { name: 'crosses zero without a minus', range: float(-0.5, 0.5, 0.5), texts: ['-0.5', '0.0', '0.5'] },
  ])('$name', ({ range, texts }) => {
    expect(textsOf(range)).toEqual(texts);
  });

  it('counts hundred million steps exactly', () => {
    expect(trialCount(createSearchSpace([float(0, 1, 1e-8)], 'GRID'))).toBe(100_000_001);
  });

  it('finds its default by its digits', () => {
    const parameters: Parameter[] = [
      { kind: 'float', name: 'f', min: 0.1, max: 0.5, step: 0.1, default: 0.3 },
      integer('y', 1, 2, 1),
    ];
    expect(trialCount(createSearchSpace(parameters, 'GLADOS'))).toBe(1 + 4 + 1);
  });
});
