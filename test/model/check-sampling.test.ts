import { describe, expect, it } from '@jest/globals';
import { checkSubmission } from '../../src/model/submission.js';
import type { ParameterInput, SamplingInput } from '../../src/model/submission-input.js';
import { submissionOf } from './submissions.js';

const range: ParameterInput = { integer: { name: 'x', min: 1, max: 10 } };
const check = (sampling: SamplingInput, parameters: ParameterInput[] = [range]) =>
  checkSubmission(submissionOf({ parameters, sampling }), 'add.py');
const problemsOf = (...given: Parameters<typeof check>) =>
  check(...given).problems.map(({ code, field }) => `${code} ${field?.join('.')}`);

const flags = (count: number): ParameterInput[] =>
  Array.from({ length: count }, (_, at) => ({ bool: { name: `p${at}` } }));

describe('a sampling', () => {
  it.each<[SamplingInput, unknown]>([
    [{}, 'GLADOS'],
    [{ kind: 'GRID', samples: null, seed: null }, 'GRID'],
    [
      { kind: 'RANDOM', samples: 5 },
      { kind: 'RANDOM', samples: 5, seed: 0 },
    ],
    [
      { kind: 'RANDOM', samples: 2 ** 53 - 1, seed: 2 ** 53 - 1 },
      { kind: 'RANDOM', samples: 2 ** 53 - 1, seed: 2 ** 53 - 1 },
    ],
    [
      { kind: 'SOBOL', samples: 8 },
      { kind: 'SOBOL', samples: 8 },
    ],
    [
      { kind: 'SOBOL', samples: 2 ** 32, seed: 0 },
      { kind: 'SOBOL', samples: 2 ** 32, seed: 0 },
    ],
  ])('%j becomes %j', (sampling, expected) => {
    expect(check(sampling)).toMatchObject({ problems: [], spec: { sampling: expected } });
  });

  it('has as many trials as samples, however large or small the space is', () => {
    const huge = Array.from({ length: 200 }, (_, at) => ({ integer: { name: `p${at}`, min: 1, max: 2 ** 31 } }));
    expect(check({ kind: 'RANDOM', samples: 12 }, huge).trialCount).toBe(12);
    expect(check({ kind: 'SOBOL', samples: 12 }, [{ bool: { name: 'b' } }]).trialCount).toBe(12);
  });

  it.each<[SamplingInput, string]>([
    [{ kind: 'RANDOM' }, 'samples'],
    [{ kind: 'SOBOL', samples: null }, 'samples'],
    [{ kind: 'RANDOM', samples: 0 }, 'samples'],
    [{ kind: 'RANDOM', samples: 1.5 }, 'samples'],
    [{ kind: 'RANDOM', samples: 2 ** 53 }, 'samples'],
    [{ kind: 'SOBOL', samples: 2 ** 32 + 1 }, 'samples'],
    [{ kind: 'RANDOM', samples: 1, seed: -1 }, 'seed'],
    [{ kind: 'SOBOL', samples: 1, seed: 0.5 }, 'seed'],
    [{ kind: 'GRID', samples: 10 }, 'samples'],
    [{ seed: 3 }, 'seed'],
  ])('%j is refused', (sampling, key) => {
    expect(problemsOf(sampling)).toEqual([`SAMPLING_INVALID sampling.${key}`]);
    expect(check(sampling).spec).toBeUndefined();
  });

  it('says in one sentence what is missing', () => {
    expect(check({ kind: 'SOBOL' }).problems[0]?.message).toBe(
      'The sampling is SOBOL, which needs to be told how many samples to take.',
    );
  });

  it('by SOBOL has 100 dimensions, constants not counted', () => {
    const constants: ParameterInput[] = [
      { text: { name: 't', value: 'v' } },
      { float: { name: 'c', min: 2, max: 2, scale: 'LOG' } },
    ];
    const sobol = { kind: 'SOBOL', samples: 4 } as const;
    expect(problemsOf(sobol, [...constants, ...flags(100)])).toEqual([]);
    expect(problemsOf(sobol, flags(101))).toEqual(['SAMPLING_INVALID sampling.kind']);
    expect(problemsOf({ ...sobol, kind: 'RANDOM' }, flags(200))).toEqual([]);
  });

  it('takes any number from a range that lists none', () => {
    const any: ParameterInput[] = [
      { float: { name: 'f', min: 0, max: 1 } },
      { integer: { name: 'i', min: 1, max: 9, scale: 'LOG' } },
    ];
    expect(problemsOf({ kind: 'RANDOM', samples: 4 }, any)).toEqual([]);
    expect(problemsOf({ kind: 'GRID' }, any)).toEqual([
      'PARAMETER_STEP_INVALID parameters.0.float.step',
      'PARAMETER_STEP_INVALID parameters.1.integer.step',
    ]);
  });

  it('does not hide what is wrong elsewhere', () => {
    const bad: ParameterInput = { integer: { name: 'x', min: 2, max: 1 } };
    expect(problemsOf({ kind: 'RANDOM' }, [bad])).toEqual([
      'PARAMETER_RANGE_INVALID parameters.0.integer.min',
      'SAMPLING_INVALID sampling.samples',
    ]);
  });
});
