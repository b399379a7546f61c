import type { Doc } from '../bson/document.js';
import { equalValues } from '../bson/compare.js';
import { after, inverted } from '../bson/key-encoding.js';
import { isOperatorDoc } from '../query/operators.js';
import type { SortField } from '../query/sort.js';
import { type Collection, type Index, indexPrefix } from './catalog.js';
import { type Condition, type Conditions, conditionsOf, type Interval, intersect } from './conditions.js';

export interface Range {
  readonly low: Buffer;
  readonly high: Buffer;
}

/** How to find the documents of a query: a superset of those that match, never less. */
export interface Plan {
  /** Absent: the whole collection is read. */
  readonly index: Index | undefined;
  readonly ranges: readonly Range[];
  readonly backwards: boolean;
  /** Documents come in the order asked for. */
  readonly sorted: boolean;
  /** Every entry in the ranges is a match and every match has exactly one. */
  readonly exact: boolean;
  /** Fields with a bound, for `explain`. */
  readonly bounded: readonly string[];
}

const mostRanges = 5000;

interface Bounds {
  readonly ranges: readonly Range[];
  /** For each field of the index: how many points it is held to, 0 for an interval, undefined for no bound. */
  readonly shape: readonly (number | undefined)[];
  readonly exact: boolean;
}

function fieldIntervals(conditions: readonly Condition[], multikey: boolean): readonly Interval[] {
  const all = conditions.map((condition) => condition.intervals);
  const best = all.find((intervals) => intervals.every((interval) => interval.point)) ?? all[0] ?? [];
  if (multikey) return best;
  return all.reduce((left, right) => intersect(left, right));
}

/** A point keeps its whole key as lower bound, because the bounds of further fields are appended to it. */
function place({ low, high, point }: Interval, descending: boolean): Range {
  if (!descending) return { low, high };
  const lowest = point && low.length > 1 ? inverted(low) : after(inverted(high));
  return { low: lowest, high: after(inverted(low)) };
}

function boundsOf(index: Index, { list, complete }: Conditions): Bounds {
  let prefixes: Buffer[] = [indexPrefix(index.id)];
  let ranges: Range[] = prefixes.map((low) => ({ low, high: after(low) }));
  const shape: (number | undefined)[] = [];
  let used = 0;
  let exact = complete && !index.multikey;
  for (const field of index.fields) {
    const conditions = list.filter((condition) => condition.path === field.path);
    const sharesArray =
      index.multikey &&
      index.fields.slice(0, shape.length).some((other) => other.path.split('.')[0] === field.path.split('.')[0]);
    if (conditions.length === 0 || sharesArray) break;
    const intervals = fieldIntervals(conditions, index.multikey);
    if (intervals.length * prefixes.length > mostRanges) break;
    const placed = intervals.map((interval) => place(interval, field.descending));
    if (field.descending) placed.reverse();
    ranges = prefixes.flatMap((prefix) =>
      placed.map(({ low, high }) => ({ low: Buffer.concat([prefix, low]), high: Buffer.concat([prefix, high]) })),
    );
    used += conditions.length;
    exact &&= conditions.every((condition) => condition.exact);
    const points = intervals.every((interval) => interval.point);
    shape.push(points ? intervals.length : 0);
    if (!points || intervals.some((interval) => interval.low.length === 1)) break;
    prefixes = ranges.map(({ low }) => low);
  }
  return { ranges, shape, exact: exact && used === list.length };
}

/** Whether every document the filter matches is in a partial or sparse index. */
function covers(index: Index, { list }: Conditions, filter: Doc): boolean {
  const neverNull = (path: string): boolean => list.some((condition) => condition.path === path && condition.exact);
  if (index.sparse && !index.fields.some((field) => neverNull(field.path))) return false;
  if (!index.partial) return true;
  return Object.entries(index.partial.filter).every(([path, wanted]) => {
    if (path.startsWith('$')) return false;
    if (path in filter && equalValues(filter[path], wanted)) return true;
    const value = list.find((condition) => condition.path === path && condition.value !== undefined)?.value;
    if (!isOperatorDoc(wanted)) return value !== undefined && equalValues(value, wanted);
    return Object.keys(wanted).length === 1 && '$exists' in wanted && wanted['$exists'] === true && neverNull(path);
  });
}

/** 1 when the index delivers the order asked for, -1 when it does read backwards, else 0. */
function direction(index: Index, shape: readonly (number | undefined)[], sort: readonly SortField[]): 1 | -1 | 0 {
  if (sort.length === 0 || index.multikey) return 0;
  const fixed = new Set(index.fields.filter((_, i) => shape[i] === 1).map((field) => field.path));
  const wanted = sort.filter((field) => !fixed.has(field.path));
  const open = index.fields.filter((field) => !fixed.has(field.path));
  if (wanted.length > open.length || !wanted.every((field, i) => open[i]?.path === field.path)) return 0;
  const turned = wanted.map((field, i) => field.descending !== open[i]?.descending);
  if (new Set(turned).size > 1) return 0;
  return turned[0] ? -1 : 1;
}

function score(index: Index, bounds: Bounds, sorted: boolean): number {
  const points = bounds.shape.filter((count) => count !== undefined && count > 0).length;
  const whole = index.unique && points === index.fields.length;
  return points * 10 + (bounds.shape.includes(0) ? 5 : 0) + (sorted ? 6 : 0) + (whole ? 100 : 0);
}

/**
 * Chooses the index for a query, or none.
 *
 * @param only restricts the choice to one index (`hint`); it is not used when it would leave documents out.
 */
export function choosePlan(collection: Collection, filter: Doc, sort: readonly SortField[], only?: Index): Plan {
  const conditions = conditionsOf(filter);
  let best: Plan = {
    index: undefined,
    ranges: [],
    backwards: false,
    sorted: sort.length === 0,
    exact: false,
    bounded: [],
  };
  let bestScore = only ? -1 : 0;
  for (const index of only ? [only] : collection.indexes) {
    if (!covers(index, conditions, filter)) continue;
    const bounds = boundsOf(index, conditions);
    const turn = direction(index, bounds.shape, sort);
    const value = score(index, bounds, turn !== 0);
    if (value <= bestScore) continue;
    bestScore = value;
    const bounded = index.fields.slice(0, bounds.shape.length).map((field) => field.path);
    best = {
      index,
      ranges: turn < 0 ? [...bounds.ranges].reverse() : bounds.ranges,
      backwards: turn < 0,
      sorted: sort.length === 0 || turn !== 0,
      exact: bounds.exact,
      bounded,
    };
  }
  return best;
}
