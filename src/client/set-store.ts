import type { Freshness } from './changes.js';
import { createKeyedSets } from './keyed-sets.js';

type Identified = { readonly id: string };

/** What is common to the messages of `experimentsChanged`, `jobsChanged`, `podsChanged` and `trialsChanged`. */
export type SetChange<Kind extends string, T> = {
  readonly reset: boolean;
  readonly synced: boolean;
  readonly gone: readonly string[];
  readonly freshness: Freshness;
} & { readonly [K in Kind]: readonly T[] };

/** Objects of one kind by id, under the name of the kind, e.g. `pods`. */
export type SetContent<Kind extends string, T> = {
  /** False until the first snapshot is whole, and again while a later one rebuilds everything. */
  readonly synced: boolean;
  /** As the server last told it. */
  readonly freshness: Freshness | undefined;
} & { readonly [K in Kind]: ReadonlyMap<string, T> };

/** Holds one kind of objects and keeps it up to date; see `createKeyedSets` for how a rebuild shows. */
export function createSet<Kind extends string, T extends Identified>(kind: Kind) {
  const sets = createKeyedSets<Readonly<Record<Kind, T>>>([kind]);
  let freshness: Freshness | undefined;
  return {
    /** Applies one message. Applying one twice does what applying it once does. */
    apply(change: SetChange<Kind, T>): void {
      sets.apply({ ...change, changed: change });
      freshness = change.freshness;
    },
    /** As it is now, and stays. */
    copy: (): SetContent<Kind, T> => ({ ...sets.copy(), synced: sets.synced, freshness }),
  };
}
