import { describe, expect, it } from '@jest/globals';
import { scoreOf, type Objective } from '../../src/model/objective.js';
import { checkSubmission } from '../../src/model/submission.js';
import type { Trial } from '../../src/model/trial.js';
import { scoredTrial } from './scored-trial.js';
import { submissionOf } from './submissions.js';

const maximize: Objective = { column: 'score', goal: 'MAXIMIZE' };

const check = (objective?: Objective | null) => checkSubmission(submissionOf({ objective }), 'add.py');

function twoColumns(...values: string[]): Trial {
  return { ...scoredTrial(0, ''), result: values.map((value) => ['score', value] as const) };
}

describe('the score of a trial', () => {
  it.each([
    ['0.5', 0.5],
    [' 1e-3 ', 0.001],
    ['-0', -0],
    ['', undefined],
    [' ', undefined],
    ['nan', undefined],
    ['NaN', undefined],
    ['inf', undefined],
    ['Infinity', undefined],
    ['1,5', undefined],
    ['12 %', undefined],
  ])('is for the value "%s" %s', (value, score) => {
    expect(scoreOf(scoredTrial(0, value), maximize)).toBe(score);
  });

  it('is there only for one that succeeded and has the column, spelled so', () => {
    for (const phase of ['WAITING', 'RUNNING', 'FAILED', 'TIMED_OUT', 'CANCELLED'] as const) {
      expect(scoreOf(scoredTrial(0, '1', phase), maximize)).toBeUndefined();
    }
    expect(scoreOf(scoredTrial(0, '1', 'SUCCEEDED', 'Score'), maximize)).toBeUndefined();
  });

  it('is the first of two columns of one name, also when only the second is a number', () => {
    expect(scoreOf(twoColumns('1', '2'), maximize)).toBe(1);
    expect(scoreOf(twoColumns('none', '2'), maximize)).toBeUndefined();
  });
});

describe('the objective of a submission', () => {
  it('is kept as it was given, blanks included: so may a header be spelled', () => {
    const objective: Objective = { column: ' Wall time', goal: 'MINIMIZE' };
    expect(check(objective).spec?.objective).toEqual(objective);
  });

  it.each([undefined, null])('may be left out: %s', (none) => {
    const { spec, problems } = check(none);
    expect(problems).toEqual([]);
    expect(spec && 'objective' in spec).toBe(false);
  });

  it.each([
    ['', 'The objective names no column.'],
    [' ', 'The objective names no column.'],
    ['ä'.repeat(1_001), 'The column of the objective has 1001 characters; 1,000 are allowed.'],
    ['a\tb', 'The column of the objective has a line break or another control character.'],
  ])('is refused for the column "%s", in one sentence', (column, message) => {
    const { problems } = check({ column, goal: 'MINIMIZE' });
    expect(problems).toEqual([{ code: 'OBJECTIVE_INVALID', message, field: ['objective', 'column'] }]);
  });
});
