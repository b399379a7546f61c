/** How long to wait between attempts. */
export interface Backoff {
  /** Upper bound of the first wait; it doubles with every failed attempt. */
  readonly baseMilliseconds: number;
  /** The upper bound never grows beyond this. */
  readonly capMilliseconds: number;
}

export const defaultBackoff: Backoff = { baseMilliseconds: 250, capMilliseconds: 5_000 };

/** Never at once: the events of the socket that failed must be over before the next one is opened. */
const shortestMilliseconds = 20;

/**
 * Wait before attempt `attempt` (0 is the first retry), with full jitter, so
 * that many clients of one server that restarted do not come back all at once.
 *
 * @param random 0 to 1.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function waitMilliseconds(
  { baseMilliseconds, capMilliseconds }: Backoff,
  attempt: number,
  random: number,
): number {
  const bound = Math.min(capMilliseconds, baseMilliseconds * 2 ** Math.min(attempt, 30));
  return Math.max(shortestMilliseconds, bound * random);
}
