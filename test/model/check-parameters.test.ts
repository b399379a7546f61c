import { describe, expect, it } from '@jest/globals';
import { checkSubmission } from '../../src/model/submission.js';
import type { ParameterInput } from '../../src/model/submission-input.js';
import { submissionOf } from './submissions.js';

const check = (...parameters: ParameterInput[]) => checkSubmission(submissionOf({ parameters }), 'add.py');
const problemsOf = (...parameters: ParameterInput[]) =>
  check(...parameters).problems.map(({ code, field }) => `${code} ${field?.slice(1).join('.')}`);
const bool = (name: string): ParameterInput => ({ bool: { name } });
const x = bool('x');
const column = (name: string) => ({ name, values: ['1'] });
const integer = (min: number, max: number, step?: number, preset?: number): ParameterInput => ({
  integer: { name: 'x', min, max, step: step ?? null, default: preset ?? null },
});
const float = (min: number, max: number, step: number, preset?: number): ParameterInput => ({
  float: { name: 'x', min, max, step, default: preset ?? null },
});
const group = (...columns: [string, string[]][]): ParameterInput => ({
  group: { name: 'g', columns: columns.map(([name, values]) => ({ name, values })) },
});
const wide = (name: string): ParameterInput => ({ integer: { name, min: 1, max: 2 ** 31 } });
const off = (name: string): ParameterInput => ({ integer: { name, min: 1, max: 3, default: 9 } });

describe('parameters', () => {
  it('are needed', () => {
    expect(problemsOf()).toEqual(['PARAMETERS_EMPTY ']);
  });

  it('are 200 at most', () => {
    expect(problemsOf(...Array.from({ length: 201 }, (_, at) => bool(`p${at}`)))).toEqual(['ARGUMENT_INVALID ']);
  });

  it('are of exactly one kind each', () => {
    expect(problemsOf({}, { bool: { name: 'b' }, text: { name: 't', value: 'v' } })).toEqual([
      'ARGUMENT_INVALID 0',
      'ARGUMENT_INVALID 1',
    ]);
    expect(problemsOf({ bool: { name: 'b' }, text: null })).toEqual([]);
  });

  it.each(['', '  ', ' a', 'a\u00a0', 'a=b', 'a:b', '#a', ';a', '[a]', 'a\nb', 'a\tb', '\ud800'])(
    'cannot be named %j',
    (name) => {
      expect(problemsOf(bool(name))).toEqual(['PARAMETER_NAME_INVALID 0.bool.name']);
    },
  );

  it.each(['a b', 'a[0]', 'a#b', 'ä', '日本', '"', '$where', 'a.b', '__proto__', '{x}', 'labels (not real)', '-', '%'])(
    'may be named %j',
    (name) => {
      expect(problemsOf(bool(name))).toEqual([]);
    },
  );

  it('share no name, with group columns and group labels counted in', () => {
    expect(problemsOf(x, x)).toEqual(['PARAMETER_NAME_DUPLICATE 1.bool.name']);
    expect(problemsOf(x, { group: { name: 'g', columns: [column('x'), column('y')] } })).toEqual([
      'PARAMETER_NAME_DUPLICATE 1.group.columns.0.name',
    ]);
    expect(problemsOf(x, { group: { name: 'x', columns: [column('a')] } })).toEqual([
      'PARAMETER_NAME_DUPLICATE 1.group.name',
    ]);
    expect(problemsOf({ group: { name: 'a = b', columns: [column('a')] } })).toEqual([]);
  });
});

describe('a range', () => {
  it.each<[string, ParameterInput, string[]]>([
    ['min above max', integer(14, 12), ['PARAMETER_RANGE_INVALID 0.integer.min']],
    ['step 0', integer(1, 2, 0), ['PARAMETER_STEP_INVALID 0.integer.step']],
    ['negative step', float(1, 2, -0.5), ['PARAMETER_STEP_INVALID 0.float.step']],
    ['half an integer', integer(1.5, 3), ['PARAMETER_RANGE_INVALID 0.integer.min']],
    ['half a step', integer(1, 3, 0.5), ['PARAMETER_STEP_INVALID 0.integer.step']],
    ['half a default', integer(1, 3, 1, 1.5), ['PARAMETER_RANGE_INVALID 0.integer.default']],
    ['an integer no double can hold', integer(1, 2 ** 53), ['PARAMETER_RANGE_INVALID 0.integer.max']],
    ['infinity', float(0, Number.POSITIVE_INFINITY, 1), ['PARAMETER_RANGE_INVALID 0.float.max']],
    ['not a number', float(Number.NaN, 1, 1), ['PARAMETER_RANGE_INVALID 0.float.min']],
    ['infinite step', float(0, 1, Number.POSITIVE_INFINITY), ['PARAMETER_STEP_INVALID 0.float.step']],
    ['a step lost in the precision', float(1e16, 1e16 + 4, 0.1), ['PARAMETER_STEP_INVALID 0.float.step']],
    ['extremes far apart', float(-1e308, 1e308, 5e-324), ['PARAMETER_STEP_INVALID 0.float.step']],
    [
      'several at once',
      integer(2.5, 1, 0),
      [
        'PARAMETER_RANGE_INVALID 0.integer.min',
        'PARAMETER_RANGE_INVALID 0.integer.min',
        'PARAMETER_STEP_INVALID 0.integer.step',
      ],
    ],
  ])('with %s is refused', (_name, parameter, problems) => {
    expect(problemsOf(parameter)).toEqual(problems);
  });

  it('may have -1 as its default, and a step beyond its max', () => {
    expect(check(integer(-3, 3, 1, -1)).spec?.parameters).toEqual([
      { kind: 'integer', name: 'x', min: -3, max: 3, step: 1, default: -1 },
    ]);
    expect(check(float(0, 1, 5)).trialCount).toBe(1);
  });

  it('names what is wrong in one sentence', () => {
    expect(check(integer(14, 12)).problems[0]?.message).toBe('The min of "x" is 14, which is above its max, 12.');
  });
});

describe('a range on a LOG scale, or of so many points,', () => {
  const range = { name: 'x', min: 1, max: 100 };
  it.each<[string, ParameterInput, string[]]>([
    ['from 0', { float: { ...range, min: 0, step: 10, scale: 'LOG' } }, ['PARAMETER_RANGE_INVALID 0.float.min']],
    [
      'from below 0',
      { integer: { ...range, min: -1, step: 2, scale: 'LOG' } },
      ['PARAMETER_RANGE_INVALID 0.integer.min'],
    ],
    [
      'wider than doubles',
      { float: { ...range, min: 1e-300, max: 1e300, step: 10, scale: 'LOG' } },
      ['PARAMETER_RANGE_INVALID 0.float.max'],
    ],
    ['with a step of 1', { float: { ...range, step: 1, scale: 'LOG' } }, ['PARAMETER_STEP_INVALID 0.float.step']],
    ['with a step below 1', { float: { ...range, step: 0.5, scale: 'LOG' } }, ['PARAMETER_STEP_INVALID 0.float.step']],
    [
      'with a step that no grid can use',
      { integer: { ...range, step: 1, scale: 'LOG' } },
      ['PARAMETER_STEP_INVALID 0.integer.step'],
    ],
    ['with no step in a grid', { float: { ...range, scale: 'LOG' } }, ['PARAMETER_STEP_INVALID 0.float.step']],
    ['with no step in a grid, LINEAR', { float: range }, ['PARAMETER_STEP_INVALID 0.float.step']],
    ['with one point', { float: { ...range, points: 1 } }, ['PARAMETER_STEP_INVALID 0.float.points']],
    ['with half a point', { float: { ...range, points: 2.5 } }, ['PARAMETER_STEP_INVALID 0.float.points']],
    ['with 10,001 points', { float: { ...range, points: 10_001 } }, ['PARAMETER_STEP_INVALID 0.float.points']],
    ['with a step and points', { float: { ...range, step: 1, points: 3 } }, ['PARAMETER_STEP_INVALID 0.float.points']],
    [
      'with a step and points, of integers',
      { integer: { ...range, step: 2, points: 3 } },
      ['PARAMETER_STEP_INVALID 0.integer.points'],
    ],
    [
      'with points of a constant',
      { float: { ...range, max: 1, points: 2 } },
      ['PARAMETER_STEP_INVALID 0.float.points'],
    ],
    [
      'with more points than whole numbers',
      { integer: { ...range, max: 5, points: 6 } },
      ['PARAMETER_STEP_INVALID 0.integer.points'],
    ],
    [
      'with points that round to one number',
      { integer: { ...range, max: 50, points: 40, scale: 'LOG' } },
      ['PARAMETER_STEP_INVALID 0.integer.points'],
    ],
  ])('is refused %s', (_name, parameter, problems) => {
    expect(problemsOf(parameter)).toEqual(problems);
  });

  it('is kept as it was said, LINEAR left out', () => {
    const parameters: ParameterInput[] = [
      { float: { name: 'a', min: 1, max: 2, step: 0.5, scale: 'LINEAR' } },
      { float: { name: 'b', min: 1, max: 8, step: 2, scale: 'LOG', default: 4 } },
      { integer: { name: 'c', min: 1, max: 9, points: 5 } },
    ];
    expect(check(...parameters)).toMatchObject({
      problems: [],
      warnings: [],
      trialCount: 3 * 5 * 4,
      spec: {
        parameters: [
          { kind: 'float', name: 'a', min: 1, max: 2, step: 0.5 },
          { kind: 'float', name: 'b', min: 1, max: 8, step: 2, scale: 'LOG', default: 4 },
          { kind: 'integer', name: 'c', min: 1, max: 9, step: 1, points: 5 },
        ],
      },
    });
    expect(Object.keys(check(...parameters).spec?.parameters[0] ?? {})).not.toContain('scale');
  });

  it('is written as before there were scales, so that a repeated submission is known again', () => {
    const { spec } = check(
      { float: { name: 'f', min: 0, max: 1, step: 0.5, default: 0.5, scale: 'LINEAR', points: null } },
      { integer: { name: 'i', min: 1, max: 3 } },
    );
    expect(JSON.stringify([spec?.parameters, spec?.sampling])).toBe(
      '[[{"kind":"float","name":"f","min":0,"max":1,"step":0.5,"default":0.5},{"kind":"integer","name":"i","min":1,"max":3,"step":1}],"GLADOS"]',
    );
  });

  it('says in one sentence what a grid needs', () => {
    expect(check({ float: range }).problems[0]?.message).toBe(
      '"x" has neither a step nor points: GLADOS runs listed values; only RANDOM and SOBOL take any number from a range.',
    );
  });
});

describe('values', () => {
  it('are needed, and 10,000 at most', () => {
    expect(problemsOf({ list: { name: 'l', values: [] } })).toEqual(['PARAMETER_VALUES_EMPTY 0.list.values']);
    expect(problemsOf({ list: { name: 'l', values: Array(10_001).fill('a') } })).toEqual([
      'ARGUMENT_INVALID 0.list.values',
    ]);
    expect(check({ list: { name: 'l', values: Array(10_000).fill('a') } }).trialCount).toBe(10_000);
  });

  it('fit on one line', () => {
    expect(problemsOf({ text: { name: 't', value: 'a\nb' } })).toEqual(['ARGUMENT_INVALID 0.text.value']);
    expect(problemsOf({ list: { name: 'l', values: ['a', 'b\r', '', ' # fine; = ', '\0', '\udc00'] } })).toEqual([
      'ARGUMENT_INVALID 0.list.values.1',
      'ARGUMENT_INVALID 0.list.values.4',
      'ARGUMENT_INVALID 0.list.values.5',
    ]);
  });
});

describe('a group', () => {
  it('needs a column and a row', () => {
    expect(problemsOf(group())).toEqual(['PARAMETER_VALUES_EMPTY 0.group.columns']);
    expect(problemsOf(group(['a', []]))).toEqual(['PARAMETER_VALUES_EMPTY 0.group.columns.0.values']);
  });

  it('has columns of one length', () => {
    const { problems } = check(group(['a', ['1', '2']], ['b', ['1']]));
    expect(problems).toEqual([
      {
        code: 'GROUP_COLUMNS_UNEQUAL',
        message: 'The columns of the group "g" differ in length: "a" has 2, "b" has 1.',
        field: ['parameters', '0', 'group', 'columns', '1', 'values'],
      },
    ]);
  });
});

describe('a space', () => {
  it('above 2^53 - 1 trials is refused, however far above', () => {
    expect(check(wide('a')).trialCount).toBe(2 ** 31);
    expect(problemsOf(wide('a'), wide('b'))).toEqual(['SPACE_TOO_LARGE ']);
    expect(problemsOf(...Array.from({ length: 200 }, (_, at) => wide(`p${at}`)))).toEqual(['SPACE_TOO_LARGE ']);
  });

  it('without a trial is refused', () => {
    expect(problemsOf(off('a'))).toEqual([]);
    expect(problemsOf(off('a'), off('b'))).toEqual(['PARAMETER_VALUES_EMPTY ']);
  });
});
