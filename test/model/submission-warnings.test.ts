import { describe, expect, it } from '@jest/globals';
import { checkSubmission } from '../../src/model/submission.js';
import type { SubmissionInput } from '../../src/model/submission-input.js';
import { submissionOf } from './submissions.js';

const check = (changes: Partial<SubmissionInput>) => checkSubmission(submissionOf(changes), 'add.py');
const warningsOf = (changes: Partial<SubmissionInput>) => check(changes).warnings;
const range = (max: number) => ({ parameters: [{ integer: { name: 'x', min: 1, max } }] });
const sampled = (samples: number) => ({ ...range(10 ** 9), sampling: { kind: 'SOBOL', samples } as const });
/** A range that is any number, with a default. */
const any = (preset: number) => ({
  parameters: [{ float: { name: 'f', min: 0, max: 1, default: preset } }],
  sampling: { kind: 'RANDOM', samples: 5 } as const,
});

describe('warnings', () => {
  it.each([
    [1000, []],
    [1001, ['This experiment has 1,001 trials.']],
    [10_001, [expect.stringContaining('a large experiment of 10,001 trials')]],
    [100_001, [expect.stringContaining('a very large experiment of 100,001 trials')]],
  ])('grow louder with the number of trials: %p', (max, messages) => {
    expect(warningsOf(range(max)).map((warning) => warning.message)).toEqual(messages);
  });

  it('name a default that is not run itself', () => {
    const parameters = [
      { integer: { name: 'x', min: 1, max: 3, step: 2, default: 2 } },
      { list: { name: 'l', values: ['a'], default: 'a' } },
    ];
    expect(warningsOf({ parameters })).toMatchObject([
      { code: 'DEFAULT_NOT_LISTED', field: ['parameters', '0', 'integer', 'default'] },
    ]);
  });

  it('name a default outside a range that is any number, and none within', () => {
    expect(warningsOf(any(1.5))).toMatchObject([{ code: 'DEFAULT_NOT_LISTED' }]);
    expect(warningsOf(any(0.123))).toEqual([]);
  });

  it('name the first value that a list has again, and count the rest', () => {
    const parameters = [
      { list: { name: 'once', values: ['a', 'b'] } },
      { list: { name: 'l', values: ['a', 'b', 'a', 'b', 'b'] } },
    ];
    expect(warningsOf({ parameters })).toEqual([
      {
        code: 'VALUE_TWICE',
        message: 'The list "l" has "a" more than once, 3 repetitions in all: each counts as a value of its own.',
        field: ['parameters', '1', 'list', 'values', '2'],
      },
    ]);
  });

  it('count samples, not the space they are taken from', () => {
    expect(warningsOf(sampled(1000))).toEqual([]);
    expect(warningsOf(sampled(10_001))).toMatchObject([{ code: 'MANY_TRIALS', field: ['sampling', 'samples'] }]);
  });

  it('name places that name nothing, once each, and leave other braces alone', () => {
    const warnings = warningsOf({ constants: '{x} {nope} {nope} {"a": 1} {} {{y}} { z }' });
    expect(warnings).toEqual([
      {
        code: 'UNKNOWN_PLACE',
        message: 'The constants text has {nope}, which names no parameter and is left as it is.',
        field: ['constants'],
      },
    ]);
  });

  it('name such places in the command too, where {config} is one that there is', () => {
    const program = { fileId: 'f1', command: ['sh', 'run.sh', '{x}', '{config}', '--other={nope}'] };
    expect(warningsOf({ program })).toEqual([
      {
        code: 'UNKNOWN_PLACE',
        message: 'The command has {nope}, which names no parameter and is left as it is.',
        field: ['program', 'command', '4'],
      },
    ]);
  });

  it('stay when another part has problems', () => {
    expect(check({ ...range(5000), name: '' })).toMatchObject({
      problems: [{ code: 'NAME_INVALID' }],
      warnings: [{ code: 'MANY_TRIALS' }],
    });
  });
});
