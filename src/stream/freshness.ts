import type { Freshness } from '../model/change.js';

/** Of several sources as one: oldest `asOf`; the earliest `staleSince` and its reason. */
export function worstOf(all: readonly Freshness[]): Freshness {
  const asOf = Math.min(...all.map((one) => one.asOf));
  const stale = all.filter((one) => one.staleSince !== undefined);
  const [first] = stale.sort((a, b) => (a.staleSince ?? 0) - (b.staleSince ?? 0));
  return first ? { ...first, asOf } : { asOf };
}

/** The part of it that is news when it changes: a little fresher is none. */
export function stalenessOf({ staleSince, reason }: Freshness): string {
  return `${staleSince ?? ''} ${reason ?? ''}`;
}
