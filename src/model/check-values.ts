import { hasControl } from './check-text.js';
import type { Note } from './note.js';
import type { ColumnInput } from './submission-input.js';

/** Names met so far. */
export type Names = Set<string>;

interface Needs {
  readonly names: Names;
  readonly note: Note;
}

const valueLimit = 10_000;
const shownFlaws = 10;

/** Notes what keeps `name` from being a key of the configuration file, as Python's configparser reads it. */
export function checkSettingName(name: string, field: readonly string[], needs: Needs): void {
  checkLabel(name, field, needs);
  const flaw = keyFlaw(name);
  if (flaw) needs.note('PARAMETER_NAME_INVALID', `The parameter name "${name}" ${flaw}.`, field);
}

/** Notes what keeps `name` from telling this parameter from the others. */
export function checkLabel(name: string, field: readonly string[], { names, note }: Needs): void {
  if (name.trim() === '') note('PARAMETER_NAME_INVALID', 'A parameter has no name.', field);
  else if (hasControl(name)) {
    note('PARAMETER_NAME_INVALID', 'A parameter name has a line break or another control character.', field);
  } else if (names.has(name)) note('PARAMETER_NAME_DUPLICATE', `The name "${name}" is there twice.`, field);
  names.add(name);
}

export function checkColumnNames(columns: readonly ColumnInput[], field: readonly string[], needs: Needs): void {
  for (const [at, column] of columns.entries()) checkSettingName(column.name, [...field, String(at), 'name'], needs);
}

/** Notes what keeps `values` from being written; of many such values the first ten. */
export function checkValues(values: readonly string[], field: readonly string[], note: Note): void {
  if (values.length === 0) note('PARAMETER_VALUES_EMPTY', 'There must be at least one value.', field);
  if (values.length > valueLimit) {
    note('ARGUMENT_INVALID', `There are ${values.length} values; 10,000 are allowed.`, field);
    return;
  }
  let shown = 0;
  for (const [at, value] of values.entries()) {
    if (isWritable(value)) continue;
    noteUnwritable([...field, String(at)], note);
    shown += 1;
    if (shown === shownFlaws) return;
  }
}

/** Notes what keeps one value from being written. */
export function checkValue(value: string, field: readonly string[], note: Note): void {
  if (!isWritable(value)) noteUnwritable(field, note);
}

function isWritable(value: string): boolean {
  return !/[\n\r\0]|\p{Cs}/u.test(value);
}

function noteUnwritable(field: readonly string[], note: Note): void {
  note(
    'ARGUMENT_INVALID',
    'A value must fit on one line of a configuration file: it has a line break, a NUL or half a character.',
    field,
  );
}

function keyFlaw(name: string): string | undefined {
  if (name !== name.trim() && name.trim() !== '')
    return 'begins or ends with a blank, which a configuration file drops';
  if (/[=:]/.test(name)) return 'has = or :, which end a key in a configuration file';
  if (/^[#;]/.test(name)) return 'begins with # or ;, which begin a comment in a configuration file';
  if (name.startsWith('[')) return 'begins with [, which begins a section in a configuration file';
  if (/\p{Cs}/u.test(name)) return 'has half a character';
  return undefined;
}
