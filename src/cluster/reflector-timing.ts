/** When a reflector gives up waiting. All of it is client-go's, but for `silenceMs`. */
export interface ReflectorTiming {
  /** Wait after the first failure; doubles. */
  readonly minMs: number;
  readonly maxMs: number;
  /** 0 ≤ value < 1. */
  readonly random: () => number;
  /** ms since the epoch. */
  readonly now: () => number;
  /** A watch is asked to last [n, 2n) seconds, so that not all end at once. */
  readonly watchMinSeconds: number;
  /** How long after that the server may end it. */
  readonly deadlineSlackMs: number;
  /** Bookmarks come about once a minute: nothing for three minutes means a half-open socket, or costs one new watch. */
  readonly silenceMs: number;
  /** A watch that ends sooner and empty counts as a failure; one that lasts longer proves the source well. */
  readonly shortWatchMs: number;
  /** For one page of a list. */
  readonly listTimeoutMs: number;
}

export const defaultTiming: ReflectorTiming = {
  minMs: 800,
  maxMs: 30_000,
  random: Math.random,
  now: Date.now,
  watchMinSeconds: 300,
  deadlineSlackMs: 30_000,
  silenceMs: 180_000,
  shortWatchMs: 1_000,
  listTimeoutMs: 60_000,
};
