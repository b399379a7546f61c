/** Which part of an ordered list: after or before a place in it, at most so many. `cursor`s are the sort values of a row. */
export interface PageRequest<C> {
  readonly limit: number;
  readonly after?: C;
  readonly before?: C;
  /** Take the last rows of the range instead of the first. */
  readonly fromEnd?: boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
  readonly totalCount: number;
}

/**
 * Cuts the one row too many that was asked for, and says what it told.
 *
 * @param rows up to limit + 1 rows in reading order: the list's own, or the reverse of it when `fromEnd`.
 */
export function cutPage<T, C>(rows: readonly T[], request: PageRequest<C>, totalCount: number): Page<T> {
  const more = rows.length > request.limit;
  const items = rows.slice(0, request.limit);
  return request.fromEnd
    ? { items: items.reverse(), hasNext: request.before !== undefined, hasPrevious: more, totalCount }
    : { items, hasNext: more, hasPrevious: request.after !== undefined, totalCount };
}
