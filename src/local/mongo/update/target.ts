import { define, type Doc, isDoc } from '../bson/document.js';
import { isIndex } from '../bson/paths.js';
import { typeNameOf } from '../bson/types.js';
import { toShell } from '../bson/shell.js';
import { MongoFailure } from '../failure.js';
import type { Predicate } from '../query/filter.js';

/** What the positionals in update paths stand for. */
export interface Positionals {
  /** Where the filter matched in an array, for `$`. */
  readonly position: number | undefined;
  /** By identifier, for `$[identifier]`. */
  readonly filters: ReadonlyMap<string, Predicate>;
}

const longestArray = 1_500_000;

/**
 * Concrete paths for one with `$`, `$[]` or `$[identifier]` in it.
 *
 * @throws MongoFailure 2 when there is no array to apply a positional operator to, or no position.
 */
export function resolvePaths(doc: Doc, path: string, positionals: Positionals): string[][] {
  let open: { segments: string[]; value: unknown }[] = [{ segments: [], value: doc }];
  for (const segment of path.split('.')) {
    if (segment === '')
      throw new MongoFailure(56, `The update path '${path}' contains an empty field name, which is not allowed.`);
    open = open.flatMap(({ segments, value }) =>
      choices(segment, value, path, positionals).map((name) => ({
        segments: [...segments, name],
        value: child(value, name),
      })),
    );
  }
  return open.map(({ segments }) => segments);
}

function choices(segment: string, value: unknown, path: string, { position, filters }: Positionals): string[] {
  if (segment === '$') {
    if (position === undefined)
      throw new MongoFailure(2, 'The positional operator did not find the match needed from the query.');
    return [String(position)];
  }
  const all = /^\$\[(.*)\]$/.exec(segment);
  if (!all) return [segment];
  if (!Array.isArray(value))
    throw new MongoFailure(2, `The path '${path}' must exist in the document in order to apply array updates.`);
  const identifier = all[1] as string;
  const test = filters.get(identifier);
  if (identifier !== '' && !test)
    throw new MongoFailure(2, `No array filter found for identifier '${identifier}' in path '${path}'`);
  return value.flatMap((item: unknown, i) => (!test || test({ [identifier]: item }) ? [String(i)] : []));
}

function child(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return isIndex(name) ? value[Number(name)] : undefined;
  return isDoc(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function getAt(doc: Doc, segments: readonly string[]): unknown {
  let current: unknown = doc;
  for (const segment of segments) current = child(current, segment);
  return current;
}

/**
 * Writes at a path, making the documents on the way.
 *
 * @throws MongoFailure 28 when something on the way is neither a document nor an array.
 */
export function setAt(doc: Doc, segments: readonly string[], value: unknown): void {
  let current: unknown = doc;
  for (const [i, segment] of segments.slice(0, -1).entries()) {
    let next = child(current, segment);
    if (next === undefined) {
      next = {};
      put(current, segment, next, segments.slice(0, i + 1));
    }
    current = next;
  }
  put(current, segments.at(-1) as string, value, segments);
}

function put(target: unknown, name: string, value: unknown, path: readonly string[]): void {
  if (isDoc(target)) {
    define(target, name, value);
  } else if (Array.isArray(target) && isIndex(name)) {
    if (Number(name) > target.length + longestArray)
      throw new MongoFailure(2, `can't backfill more than ${longestArray} elements`);
    while (target.length < Number(name)) target.push(null);
    target[Number(name)] = value;
  } else {
    throw new MongoFailure(
      28,
      `Cannot create field '${name}' in element {${path.at(-2) ?? ''}: ${Array.isArray(target) ? '[...]' : typeNameOf(target)}}`,
    );
  }
}

/** Removes a field, or nulls an array element; nothing when the path leads nowhere. */
export function unsetAt(doc: Doc, segments: readonly string[]): void {
  const parent = getAt(doc, segments.slice(0, -1));
  const name = segments.at(-1) as string;
  if (isDoc(parent)) delete parent[name];
  else if (Array.isArray(parent) && isIndex(name) && Number(name) < parent.length) parent[Number(name)] = null;
}

/** Whether the path exists (an explicit null does). */
export function hasAt(doc: Doc, segments: readonly string[]): boolean {
  const parent = getAt(doc, segments.slice(0, -1));
  const name = segments.at(-1) as string;
  return isDoc(parent)
    ? Object.hasOwn(parent, name)
    : Array.isArray(parent) && isIndex(name) && Number(name) < parent.length;
}

/** @throws MongoFailure 28 when a path goes through something that has no such fields; what is missing is no obstacle. */
export function checkViable(doc: Doc, segments: readonly string[]): void {
  let current: unknown = doc;
  for (const [i, segment] of segments.entries()) {
    if (current === undefined) return;
    if (!isDoc(current) && !(Array.isArray(current) && isIndex(segment))) {
      throw new MongoFailure(
        28,
        `Cannot use the part (${segment}) of (${segments.join('.')}) to traverse the element ({${segments[i - 1] ?? ''}: ${toShell(current)}})`,
      );
    }
    current = child(current, segment);
  }
}
