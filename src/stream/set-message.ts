import type { Freshness } from '../model/change.js';

/** Apply it so: on `reset` forget everything; then take over `changed`, by id; then drop `gone`. */
export interface SetMessage<S> {
  /** This begins a snapshot: what is not sent again is not there any more. */
  readonly reset: boolean;
  /** What was applied up to here is whole: a state that all sources have been in. */
  readonly synced: boolean;
  /** Good as `after`; while a snapshot is not whole it leads to a new one. */
  readonly cursor: string;
  /** Of the worst source. */
  readonly freshness: Freshness;
  readonly changed: { readonly [Name in keyof S]: readonly S[Name][] };
  readonly gone: readonly string[];
}
