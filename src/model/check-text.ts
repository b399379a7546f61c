import type { Note } from './note.js';
import type { Objective } from './objective.js';

const constantsLimitBytes = 64 * 1024;

/** The name without blanks around it. */
export function checkName(name: string, note: Note): string {
  const trimmed = name.trim();
  if (trimmed === '') note('NAME_INVALID', 'The experiment has no name.', ['name']);
  const length = lengthOf(trimmed);
  if (length > 200) note('NAME_INVALID', `The name has ${length} characters; 200 are allowed.`, ['name']);
  if (hasControl(trimmed)) note('NAME_INVALID', 'The name has a line break or another control character.', ['name']);
  return trimmed;
}

export function checkDescription(description: string, note: Note): string {
  const length = lengthOf(description);
  if (length > 10_000) {
    note('ARGUMENT_INVALID', `The description has ${length} characters; 10,000 are allowed.`, ['description']);
  }
  return description;
}

/** The tags without blanks around them. */
export function checkTags(tags: readonly string[], note: Note): readonly string[] {
  if (tags.length > 5) note('TAGS_INVALID', `There are ${tags.length} tags; 5 are allowed.`, ['tags']);
  const trimmed = tags.map((tag) => tag.trim());
  for (const [at, tag] of trimmed.slice(0, 100).entries()) {
    const field = ['tags', String(at)];
    const length = lengthOf(tag);
    if (length === 0) note('TAGS_INVALID', 'A tag is empty.', field);
    if (length > 40) note('TAGS_INVALID', `A tag has ${length} characters; 40 are allowed.`, field);
    if (hasControl(tag)) note('TAGS_INVALID', 'A tag has a line break or another control character.', field);
    if (trimmed.indexOf(tag) < at) note('TAGS_INVALID', `The tag "${tag}" is there twice.`, field);
  }
  return trimmed;
}

export function checkConstants(constants: string, note: Note): string {
  const bytes = new TextEncoder().encode(constants).length;
  if (bytes > constantsLimitBytes) {
    note('ARGUMENT_INVALID', `The constants text has ${bytes} bytes; 64 KiB are allowed.`, ['constants']);
  }
  return constants;
}

export function checkResultFile(path: string, note: Note): string {
  const flaw = pathFlaw(path);
  if (flaw) note('RESULT_FILE_INVALID', `The result file ${flaw}.`, ['resultFile']);
  return path;
}

/** The column as it was given: names of columns are compared as they stand in the file, blanks included. */
export function checkObjective({ column, goal }: Objective, note: Note): Objective {
  const refuse = (message: string) => note('OBJECTIVE_INVALID', message, ['objective', 'column']);
  const length = lengthOf(column);
  if (column.trim() === '') refuse('The objective names no column.');
  if (length > 1000) refuse(`The column of the objective has ${length} characters; 1,000 are allowed.`);
  if (hasControl(column)) refuse('The column of the objective has a line break or another control character.');
  return { column, goal };
}

/** Calls `refuse` unless `value` is a whole number within the limits. */
export function checkNumber(
  value: number,
  limits: { readonly least: number; readonly most: number },
  refuse: () => void,
): void {
  if (!Number.isSafeInteger(value) || value < limits.least || value > limits.most) refuse();
}

/**
 * What keeps `path` from naming a file inside the directory it is relative to, to be read after its subject;
 * undefined when nothing does. `a/../b.csv` is fine, it does not leave. Looks at the text only, not at links.
 */
export function pathFlaw(path: string): string | undefined {
  if (path.trim() === '') return 'has no name';
  if (lengthOf(path) > 1000) return 'has a path of more than 1,000 characters';
  if (hasControl(path)) return 'has a control character in its path';
  if (path.includes('\\')) return 'has a backslash in its path: directories are separated by /';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'has an absolute path';
  let depth = 0;
  for (const segment of path.split('/')) {
    if (segment === '..') depth -= 1;
    else if (segment !== '' && segment !== '.') depth += 1;
    if (depth < 0) return 'lies outside its directory';
  }
  return depth === 0 || /(^|\/)\.{0,2}$/.test(path) ? 'names a directory' : undefined;
}

/** Characters as people count them, not UTF-16 units. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

export function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text);
}
