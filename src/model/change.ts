/**
 * One thing that happened to one object of a watched kind.
 *
 * `reset` begins a rebuild: what follows is a whole new list, and `synced`
 * ends it; a key that was there before and did not come again is gone.
 */
export type Change<T> =
  | { readonly type: 'put'; readonly key: string; readonly object: T }
  | { readonly type: 'gone'; readonly key: string }
  | { readonly type: 'reset' }
  | { readonly type: 'synced' };

/** How old the facts of a source may be. */
export interface Freshness {
  /** Newest moment at which the source was known to be current, ms since the epoch. */
  readonly asOf: number;
  /** Set while the source cannot be reached. */
  readonly staleSince?: number;
  readonly reason?: string;
}
