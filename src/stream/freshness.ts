import type { Freshness } from '../model/change.js';

/** Of several sources as one: oldest `asOf`; the earliest `staleSince` and its reason. */
export function worstOf(all: readonly Freshness[]): Freshness {
  const asOf = Math.min(...all.map((one) => one.asOf));
  const stale = all.filter((one) => one.staleSince !== undefined);
  const [first] = stale.sort((a, b) => (a.staleSince ?? 0) - (b.staleSince ?? 0));
  return first ? { ...first, asOf } : { asOf };
}

/** Whether one says nothing new beside the other: a little fresher is no news. */
export function areAlike(one: Freshness, other: Freshness): boolean {
  return one === other || (one.staleSince === other.staleSince && one.reason === other.reason);
}
