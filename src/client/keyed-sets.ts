/** Objects by kind and id. */
export type Sets<Kinds> = { readonly [Kind in keyof Kinds]: ReadonlyMap<string, Kinds[Kind]> };

/** A message of a stream, its objects by kind. */
export interface SetsChange<Kinds> {
  readonly reset: boolean;
  readonly synced: boolean;
  readonly gone: readonly string[];
  readonly changed: { readonly [Kind in keyof Kinds]: readonly Kinds[Kind][] };
}

export interface KeyedSets<Kinds> {
  /** The objects themselves as they change. */
  readonly live: Sets<Kinds>;
  /** A copy that stays as it is; kinds in which nothing changed since the last copy are the same maps. */
  copy(): Sets<Kinds>;
  /** False until the first snapshot is whole, and again while a later one rebuilds everything. */
  readonly synced: boolean;
  /** Applies one message. Applying one twice does what applying it once does. */
  apply(change: SetsChange<Kinds>): void;
}

type Identified = { readonly id: string };
type Maps<Kinds> = { [Kind in keyof Kinds]: Map<string, Kinds[Kind]> };

/**
 * Holds what a stream tells, by kind and id.
 *
 * A reset begins a rebuild. The first one is shown as it grows; during a later
 * one the old content stays until the new one is whole, so that a reconnect
 * does not flicker. A rebuild that is cut half way is forgotten by the reset
 * that begins the next one.
 */
export function createKeyedSets<Kinds extends Readonly<Record<string, Identified>>>(
  kinds: readonly (keyof Kinds)[],
): KeyedSets<Kinds> {
  let copies: Partial<Maps<Kinds>> = {};
  let shown = empty();
  let building = shown;
  let synced = false;
  let everSynced = false;

  function empty(): Maps<Kinds> {
    const maps = {} as Maps<Kinds>;
    for (const kind of kinds) maps[kind] = new Map();
    return maps;
  }

  function show(maps: Maps<Kinds>): void {
    if (shown !== maps) copies = {};
    shown = maps;
  }

  function put<Kind extends keyof Kinds>(kind: Kind, { gone, changed }: SetsChange<Kinds>): void {
    const objects = building[kind];
    const before = objects.size;
    for (const id of gone) objects.delete(id);
    for (const object of changed[kind]) objects.set(object.id, object);
    if (building === shown && (changed[kind].length > 0 || objects.size !== before)) delete copies[kind];
  }

  return {
    get live() {
      return shown;
    },
    get synced() {
      return synced;
    },
    copy() {
      const maps = {} as Maps<Kinds>;
      for (const kind of kinds) maps[kind] = copies[kind] ??= new Map(shown[kind]);
      return maps;
    },
    apply(change) {
      if (change.reset) {
        building = empty();
        if (!everSynced) show(building);
      }
      for (const kind of kinds) put(kind, change);
      if (change.synced) show(building);
      synced = change.synced;
      everSynced ||= synced;
    },
  };
}
