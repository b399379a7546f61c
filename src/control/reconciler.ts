/** What to do after one reconcile: nothing until the next event, or look again in `after` milliseconds. */
export interface Outcome {
  readonly after?: number;
}

/**
 * Brings the world one step closer to what is recorded for `key`.
 *
 * Called for any reason at any time: it is told which object, never what
 * happened to it, and must read everything it needs. Calling it twice does
 * what calling it once does. Throwing means: try again later, with backoff.
 */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<Outcome>;
