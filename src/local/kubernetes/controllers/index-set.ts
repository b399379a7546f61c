/**
 * A set of completion indexes as a Job's status writes it: intervals in order.
 *
 * Given {0, 1, 2, 4} reads and writes `0-2,4`; two neighbours are written `0,1`.
 * Cost grows with the number of intervals, not of indexes.
 *
 * @see k8s.io/kubernetes/pkg/controller/job/indexed_job_utils.go
 */
export interface IndexSet {
  readonly size: number;
  has(index: number): boolean;
  with(indexes: Iterable<number>): IndexSet;
  union(other: IndexSet): IndexSet;
  /** How many indexes both sets hold. */
  overlap(other: IndexSet): number;
  /** The `count` lowest indexes below `end` that are not in the set. */
  missing(count: number, end: number): number[];
  readonly intervals: readonly Interval[];
  toString(): string;
}

type Interval = readonly [first: number, last: number];

/** Reads compressed indexes; those from `end` on are left out, and so is what is no interval. */
export function parseIndexes(text: string, end: number = Number.POSITIVE_INFINITY): IndexSet {
  const intervals: Interval[] = [];
  for (const part of text.split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (!match) continue;
    const first = Number(match[1]);
    const last = Math.min(Number(match[2] ?? first), end - 1);
    if (first <= last) intervals.push([first, last]);
  }
  return fromIntervals(intervals);
}

function fromIntervals(unordered: readonly Interval[]): IndexSet {
  const intervals = merge(unordered);
  const intervalAt = (index: number): Interval | undefined => {
    let low = 0;
    let high = intervals.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((intervals[middle]?.[1] ?? 0) >= index) high = middle;
      else low = middle + 1;
    }
    return intervals[low];
  };
  return {
    intervals,
    size: intervals.reduce((sum, [first, last]) => sum + last - first + 1, 0),
    has: (index) => (intervalAt(index)?.[0] ?? Number.POSITIVE_INFINITY) <= index,
    with: (indexes) => fromIntervals([...intervals, ...[...indexes].map((index): Interval => [index, index])]),
    union: (other) => fromIntervals([...intervals, ...other.intervals]),
    overlap(other) {
      let common = 0;
      for (const [first, last] of intervals) {
        for (const [otherFirst, otherLast] of other.intervals) {
          common += Math.max(0, Math.min(last, otherLast) - Math.max(first, otherFirst) + 1);
        }
      }
      return common;
    },
    missing(count, end) {
      const result: number[] = [];
      let candidate = 0;
      for (const [first, last] of [...intervals, [end, end] as const]) {
        for (; candidate < Math.min(first, end) && result.length < count; candidate += 1) result.push(candidate);
        candidate = Math.max(candidate, last + 1);
      }
      return result;
    },
    toString: () =>
      intervals
        .map(([first, last]) => (first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`))
        .join(','),
  };
}

function merge(unordered: readonly Interval[]): Interval[] {
  const result: [number, number][] = [];
  for (const [first, last] of unordered.toSorted((a, b) => a[0] - b[0])) {
    const previous = result.at(-1);
    if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else result.push([first, last]);
  }
  return result;
}
