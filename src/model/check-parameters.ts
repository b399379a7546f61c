import { checkRange } from './check-range.js';
import { checkColumnNames, checkLabel, checkSettingName, checkValue, checkValues } from './check-values.js';
import type { Names } from './check-values.js';
import type { Parameter } from './parameter.js';
import type { Note } from './note.js';
import type { ColumnInput, ParameterInput } from './submission-input.js';

const kinds = ['integer', 'float', 'bool', 'text', 'list', 'group'] as const;
const parameterLimit = 200;

/** The parameters in the model's form; complete and usable only when nothing was noted. */
export function checkParameters(inputs: readonly ParameterInput[], note: Note): readonly Parameter[] {
  if (inputs.length === 0) note('PARAMETERS_EMPTY', 'There are no parameters.', ['parameters']);
  if (inputs.length > parameterLimit) {
    note('ARGUMENT_INVALID', `There are ${inputs.length} parameters; 200 are allowed.`, ['parameters']);
    return [];
  }
  const names: Names = new Set();
  return inputs.flatMap((input, at) => checkParameter(input, ['parameters', String(at)], { names, note }) ?? []);
}

interface Needs {
  readonly names: Names;
  readonly note: Note;
}

function checkParameter(input: ParameterInput, path: readonly string[], needs: Needs): Parameter | undefined {
  const { note } = needs;
  const given = kinds.filter((kind) => input[kind] !== undefined && input[kind] !== null);
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    note('ARGUMENT_INVALID', `A parameter is exactly one of ${kinds.join(', ')}; this one is ${given.length}.`, path);
    return undefined;
  }
  const field = [...path, kind];
  if (input.group) return checkGroup(input.group, field, needs);

  const name = input[kind]?.name ?? '';
  checkSettingName(name, [...field, 'name'], needs);
  if (input.integer) return checkRange('integer', input.integer, field, note);
  if (input.float) return checkRange('float', input.float, field, note);
  if (input.text) {
    checkValue(input.text.value, [...field, 'value'], note);
    return { kind: 'text', name, value: input.text.value };
  }
  if (input.list) {
    const { values, default: preset } = input.list;
    checkValues(values, [...field, 'values'], note);
    return { kind: 'list', name, values, ...withDefault(preset) };
  }
  return { kind: 'bool', name, ...withDefault(input.bool?.default) };
}

function checkGroup(
  group: { readonly name: string; readonly columns: readonly ColumnInput[] },
  field: readonly string[],
  needs: Needs,
): Parameter {
  const { note } = needs;
  const { name, columns } = group;
  checkLabel(name, [...field, 'name'], needs);
  checkColumnNames(columns.slice(0, parameterLimit), [...field, 'columns'], needs);
  if (columns.length === 0) {
    note('PARAMETER_VALUES_EMPTY', `The group "${name}" has no columns.`, [...field, 'columns']);
  }
  if (columns.length > parameterLimit) {
    note('ARGUMENT_INVALID', `The group "${name}" has ${columns.length} columns; 200 are allowed.`, [
      ...field,
      'columns',
    ]);
  }
  for (const [at, column] of columns.slice(0, parameterLimit).entries()) {
    const path = [...field, 'columns', String(at), 'values'];
    checkValues(column.values, path, note);
    const rows = columns[0]?.values.length ?? 0;
    if (column.values.length !== rows) {
      const message = `The columns of the group "${name}" differ in length: "${columns[0]?.name}" has ${rows}, "${column.name}" has ${column.values.length}.`;
      note('GROUP_COLUMNS_UNEQUAL', message, path);
    }
  }
  return { kind: 'group', name, columns: columns.map((column) => ({ name: column.name, values: column.values })) };
}

/** Null means no default, so that every value can be one. */
function withDefault<T>(preset: T | null | undefined): { readonly default?: T } {
  return preset === undefined || preset === null ? {} : { default: preset };
}
