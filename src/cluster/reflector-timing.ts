/**
 * When a reflector gives up waiting. All of it is client-go's, but for the promises of silence, which it leaves to
 * HTTP/2, and the bound of a wait that it is told.
 */
export interface ReflectorTiming {
  /** Wait after the first failure; doubles. */
  readonly minMs: number;
  readonly maxMs: number;
  /** The longest wait that a server may ask for: what is closed for hours by its own word may be open sooner. */
  readonly toldMaxMs: number;
  /** 0 ≤ value < 1. */
  readonly random: () => number;
  /** ms since the epoch. */
  readonly now: () => number;
  /** A watch is asked to last [n, 2n) seconds, so that not all end at once. */
  readonly watchMinSeconds: number;
  /**
   * How long a living watch may be silent, by the server's promise: it sends a bookmark
   * each minute (seen on 1.36: every 60 to 61 s).
   */
  readonly bookmarkMs: number;
  /** How long after a promised moment, of a bookmark or of the watch's end, the socket is held to be half open. */
  readonly slackMs: number;
  /** A watch that ends sooner and empty counts as a failure; one that lasts longer proves the source well. */
  readonly shortWatchMs: number;
  /** For one page of a list. */
  readonly listTimeoutMs: number;
}

export const defaultTiming: ReflectorTiming = {
  minMs: 800,
  maxMs: 30_000,
  toldMaxMs: 300_000,
  random: Math.random,
  now: Date.now,
  watchMinSeconds: 300,
  bookmarkMs: 60_000,
  slackMs: 15_000,
  shortWatchMs: 1_000,
  listTimeoutMs: 60_000,
};
