import { type Doc, isDoc } from '../bson/document.js';
import { inverted, keyOf } from '../bson/key-encoding.js';
import { isNumeric, toNumber } from '../bson/numbers.js';
import { emptyArray, sortValues } from '../bson/index-values.js';
import { MongoFailure, notImplemented } from '../failure.js';

export interface SortField {
  readonly path: string;
  readonly descending: boolean;
}

/** @throws MongoFailure 2 for anything but a document of 1 and -1. */
export function parseSort(sort: unknown): SortField[] {
  if (sort === undefined || sort === null) return [];
  if (!isDoc(sort)) throw new MongoFailure(14, 'sort must be an object');
  return Object.entries(sort).map(([path, direction]) => {
    if (isDoc(direction)) throw notImplemented('Sorting by $meta');
    const number = isNumeric(direction) ? toNumber(direction) : 0;
    if (number !== 1 && number !== -1)
      throw new MongoFailure(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    return { path, descending: number < 0 };
  });
}

/** The value an array sorts by: its least element ascending, its greatest descending; an empty one sorts below null. */
function sortValue(values: readonly unknown[], field: SortField): Buffer {
  let best: Buffer | undefined;
  for (const value of values) {
    const key = keyOf(value === emptyArray ? undefined : (value ?? null));
    const order = best ? Buffer.compare(key, best) : -1;
    if (!best || (field.descending ? order > 0 : order < 0)) best = key;
  }
  return best ?? keyOf(null);
}

/**
 * Bytes that order documents as the sort asks.
 *
 * @throws MongoFailure 2 when two fields lead through arrays side by side.
 */
export function sortKey(doc: unknown, fields: readonly SortField[]): Buffer {
  const arrays = new Set<string>();
  const parts = fields.map((field) => {
    const { values, array } = sortValues(doc, field.path);
    if (array !== undefined) arrays.add(array);
    const key = sortValue(values, field);
    return field.descending ? inverted(key) : key;
  });
  if (arrays.size > 1) throw new MongoFailure(2, 'cannot sort with keys that are parallel arrays');
  return Buffer.concat(parts);
}

function byKey(a: { key: Buffer }, b: { key: Buffer }): number {
  return Buffer.compare(a.key, b.key);
}

/** Documents in order; equal ones keep the order they came in. */
export function sortDocs<T>(
  docs: Iterable<T>,
  fields: readonly SortField[],
  docOf: (item: T) => Doc,
  keep = Infinity,
): T[] {
  let keyed: { key: Buffer; item: T }[] = [];
  for (const item of docs) {
    keyed.push({ key: sortKey(docOf(item), fields), item });
    if (keyed.length >= 2 * keep + 1000) keyed = keyed.sort(byKey).slice(0, keep);
  }
  return keyed
    .sort(byKey)
    .slice(0, keep)
    .map(({ item }) => item);
}
