import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createSearchSpace } from '../../src/model/search-space.js';
import { checkSubmission } from '../../src/model/submission.js';
import type { CheckedSubmission } from '../../src/model/submission.js';
import type { ParameterInput } from '../../src/model/submission-input.js';
import { allAssignments, pairs } from './spaces.js';
import { submissionOf } from './submissions.js';

interface Hyperparameter {
  readonly name: string;
  readonly type: string;
  readonly min?: number | string;
  readonly max?: number | string;
  readonly step?: number | string;
  readonly default?: number | string | boolean;
  readonly values?: readonly string[] | Readonly<Record<string, readonly string[]>>;
}
interface Case {
  readonly case: string;
  readonly hyperparameters: readonly Hyperparameter[];
  readonly ours: string;
  readonly count?: number;
  readonly configs?: readonly Readonly<Record<string, unknown>>[];
}

const fixture = new URL('../fixtures/glados-v1-permutations.json', import.meta.url);
const { cases }: { cases: readonly Case[] } = JSON.parse(readFileSync(fixture, 'utf8'));

/** What v1 meant: -1 and '' are no default, an unset bool is false, a string's default is its value. */
function fromV1(parameter: Hyperparameter): ParameterInput {
  const { name, values = [] } = parameter;
  const preset = ['-1', ''].includes(String(parameter.default ?? '')) ? null : parameter.default;
  const range = { name, min: Number(parameter.min), max: Number(parameter.max), step: Number(parameter.step) };
  const number = preset === null ? {} : { default: Number(preset) };
  const columns = Object.entries(values).map(([column, entries]) => ({ name: column, values: [entries].flat() }));
  const byType: Record<string, ParameterInput> = {
    integer: { integer: { ...range, ...number } },
    float: { float: { ...range, ...number } },
    bool: { bool: { name, default: preset === true } },
    string: { text: { name, value: String(preset) } },
    stringlist: {
      list: { name, values: [values].flat().map(String), default: preset === null ? null : String(preset) },
    },
    paramgroup: { group: { name, columns } },
  };
  return byType[parameter.type] ?? {};
}

function check(recorded: Case): CheckedSubmission {
  return checkSubmission(submissionOf({ parameters: recorded.hyperparameters.map(fromV1) }), 'add.py');
}

function entriesOf(checked: CheckedSubmission): [string, unknown][][] {
  if (!checked.spec) throw new Error(`refused: ${JSON.stringify(checked.problems)}`);
  return allAssignments(createSearchSpace(checked.spec.parameters, checked.spec.sampling)).map(pairs);
}

const singles = (name: string, values: readonly unknown[]) => values.map((value) => [[name, value]]);

/** What ours does where v1 does something else. */
const deviations: Record<string, unknown> = {
  'float 0..1 step .3 offgrid': singles('f', [0, 0.3, 0.6, 0.9]),
  'float 0.1..0.35 step .1 offgrid': singles('f', [0.1, 0.2, 0.3]),
  'float tiny 1e-5..5e-5': singles('f', [1e-5, 2e-5, 3e-5, 4e-5, 5e-5]),
  'float sci 1e-05': singles('f', [1e-5, 2e-5, 3e-5, 4e-5, 5e-5]),
  'no useDefault': singles('x', [1, 2]),
  'two paramgroups': [
    ['1', '3', '7'],
    ['1', '3', '8'],
    ['1', '3', '9'],
    ['2', '4', '7'],
    ['2', '4', '8'],
    ['2', '4', '9'],
  ].map((row) => row.map((value, at) => ['xyz'[at], value])),
};

const codes: Record<string, string> = {
  'paramgroup unequal cols (short first)': 'GROUP_COLUMNS_UNEQUAL',
  'paramgroup unequal (long first)': 'GROUP_COLUMNS_UNEQUAL',
  'empty stringlist': 'PARAMETER_VALUES_EMPTY',
  'empty paramgroup': 'PARAMETER_VALUES_EMPTY',
  'min>max': 'PARAMETER_RANGE_INVALID',
  'step 0 int': 'PARAMETER_STEP_INVALID',
  'step 0 float': 'PARAMETER_STEP_INVALID',
  'empty name': 'PARAMETER_NAME_INVALID',
  'unknown type': 'ARGUMENT_INVALID',
  'int given 1.5': 'PARAMETER_RANGE_INVALID',
  'int float 1.9': 'PARAMETER_RANGE_INVALID',
  'dup names': 'PARAMETER_NAME_DUPLICATE',
};

describe('the cases recorded from GLADOS v1', () => {
  const same = cases.filter((recorded) => recorded.ours === 'same');
  const filled = same.filter((recorded) => recorded.hyperparameters.length > 0);

  it.each(filled)('gives the same list in the same order: $case', (recorded) => {
    const checked = check(recorded);
    expect(entriesOf(checked)).toEqual(recorded.configs?.map((config) => Object.entries(config)));
    expect(checked.trialCount).toBe(recorded.count);
  });

  it('gives one trial without settings for no parameters, though a submission needs one', () => {
    const empty = same.find((recorded) => recorded.hyperparameters.length === 0);
    expect(allAssignments(createSearchSpace([], 'GLADOS'))).toEqual([[]]);
    expect(empty?.configs).toEqual([{}]);
  });

  it.each(cases.filter((recorded) => recorded.case in deviations))('deviates as recorded: $case', (recorded) => {
    expect(entriesOf(check(recorded))).toEqual(deviations[recorded.case]);
  });

  it.each(cases.filter((recorded) => recorded.case in codes))('refuses: $case', (recorded) => {
    expect(check(recorded).problems.map((problem) => problem.code)).toEqual([codes[recorded.case]]);
  });

  it('are all 43 covered', () => {
    expect(cases).toHaveLength(43);
    expect(same.length + Object.keys(deviations).length + Object.keys(codes).length).toBe(43);
  });
});
