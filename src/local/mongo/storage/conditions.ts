import { BSONRegExp, MaxKey, MinKey } from 'mongodb';
import { type Doc, isDoc } from '../bson/document.js';
import { after, keyOf } from '../bson/key-encoding.js';
import { exactNumber } from '../bson/numbers.js';
import { isIndex } from '../bson/paths.js';
import { typeOrder } from '../bson/types.js';
import { isOperatorDoc } from '../query/operators.js';

/** Keys from `low` to before `high`, of one field, ascending. */
export interface Interval {
  readonly low: Buffer;
  readonly high: Buffer;
  readonly point: boolean;
}

/** What a filter asks of one path, as far as an index can tell. */
export interface Condition {
  readonly path: string;
  readonly intervals: readonly Interval[];
  /** Matching documents and no others have a key in the intervals, provided that no array is involved. */
  readonly exact: boolean;
  /** The single value the path must equal. */
  readonly value: unknown;
}

export interface Conditions {
  readonly list: readonly Condition[];
  /** The list says all the filter says. */
  readonly complete: boolean;
}

function point(value: unknown): Interval | undefined {
  if (value === null || value === undefined) return { low: keyOf(undefined), high: after(keyOf(null)), point: true };
  if (Array.isArray(value) || value instanceof RegExp || value instanceof BSONRegExp) return undefined;
  const low = keyOf(value);
  return { low, high: after(low), point: true };
}

function points(path: string, values: readonly unknown[]): Condition | undefined {
  const intervals = values.map((value) => point(value));
  if (intervals.some((interval) => interval === undefined)) return undefined;
  const sorted = (intervals as Interval[]).sort((a, b) => Buffer.compare(a.low, b.low));
  const distinct = sorted.filter((interval, i) => i === 0 || !interval.low.equals((sorted[i - 1] as Interval).low));
  const exact = values.every(
    (value) => value !== null && value !== undefined && !(value instanceof MinKey) && !(value instanceof MaxKey),
  );
  return { path, intervals: distinct, exact, value: distinct.length === 1 ? values[0] : undefined };
}

function range(path: string, operator: string, value: unknown): Condition | undefined {
  if (value === null || value === undefined || Array.isArray(value) || isDoc(value)) return undefined;
  if (value instanceof RegExp || value instanceof BSONRegExp || value instanceof MinKey || value instanceof MaxKey)
    return undefined;
  if (Number.isNaN(exactNumber(value))) return undefined;
  const order = typeOrder(value);
  const key = keyOf(value);
  const first = order === 0x1e ? after(keyOf(Number.NaN)) : Buffer.from([order]);
  const last = Buffer.from([order + 1]);
  const interval = {
    $gt: { low: after(key), high: last },
    $gte: { low: key, high: last },
    $lt: { low: first, high: key },
    $lte: { low: first, high: after(key) },
  }[operator];
  return interval && { path, intervals: [{ ...interval, point: false }], exact: true, value: undefined };
}

function fromOperand(path: string, operand: unknown): Conditions {
  if (!isOperatorDoc(operand)) {
    const condition = points(path, [operand]);
    return { list: condition ? [condition] : [], complete: condition !== undefined };
  }
  const list: Condition[] = [];
  let complete = true;
  for (const [name, value] of Object.entries(operand)) {
    let condition: Condition | undefined;
    if (name === '$eq') condition = points(path, [value]);
    else if (name === '$in') condition = Array.isArray(value) ? points(path, value as unknown[]) : undefined;
    else condition = range(path, name, value);
    if (condition) list.push(condition);
    else complete = false;
  }
  return { list, complete };
}

/** Reads the conditions an index may serve from a filter and from its `$and`s; everything else is left to the filter. */
export function conditionsOf(filter: Doc): Conditions {
  const list: Condition[] = [];
  let complete = true;
  for (const [name, operand] of Object.entries(filter)) {
    let found: Conditions = { list: [], complete: false };
    if (name === '$and' && Array.isArray(operand)) {
      const clauses = operand.map((clause: unknown) => (isDoc(clause) ? conditionsOf(clause) : found));
      found = { list: clauses.flatMap((clause) => clause.list), complete: clauses.every((clause) => clause.complete) };
    } else if (name === '$comment') {
      found = { list: [], complete: true };
    } else if (!name.startsWith('$') && !name.split('.').some((segment) => isIndex(segment))) {
      found = fromOperand(name, operand);
    }
    list.push(...found.list);
    complete &&= found.complete;
  }
  return { list, complete };
}

/** Both at once; an empty list when nothing can be in both. */
export function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const x of a) {
    for (const y of b) {
      const low = Buffer.compare(x.low, y.low) >= 0 ? x.low : y.low;
      const high = Buffer.compare(x.high, y.high) <= 0 ? x.high : y.high;
      if (Buffer.compare(low, high) < 0) result.push({ low, high, point: x.point || y.point });
    }
  }
  return result;
}
