import type { Api, Claim } from './api.js';

const mostPerClaim = 50;
/** A claim is to hold about so much work. */
const claimSeconds = 1;
/** Less work than this in hand: time to ask for more. */
const aheadSeconds = 0.25;
/** Trials that take longer are not claimed ahead: they would count as running while they wait here. */
const longTrialSeconds = 1;
/** An older "nothing left" is asked again before it is believed: a pod may have been lost since. */
const emptyAnswerMilliseconds = 2000;
/** Weight of the newest trial in the running mean of durations. */
const newest = 0.3;

/** The trials in the hands of this runner that it has not begun. */
export interface ClaimQueue {
  /** The next trial; undefined when nothing is left to claim. */
  next(): Promise<Claim | undefined>;
  /** Tells how long a trial took, so that claims become larger when trials are short. */
  took(seconds: number): void;
  /** Gives up what was claimed and not begun. Waits for an answer that is on its way; call `next` no more. */
  stop(): Promise<readonly Claim[]>;
  /** True when the last answer said that nothing is left. */
  readonly isExhausted: boolean;
}

/** Claims ahead, so that the program need not wait for the network. Holds at most about one second of work. */
export function createClaimQueue(api: Pick<Api, 'claim'>, first: readonly Claim[]): ClaimQueue {
  const waiting = [...first];
  let meanSeconds: number | undefined;
  let asking: Promise<void> | undefined;
  let emptyAt: number | undefined = first.length === 0 ? performance.now() : undefined;

  const limit = (): number =>
    meanSeconds === undefined ? 1 : Math.max(1, Math.min(mostPerClaim, Math.ceil(claimSeconds / meanSeconds)));

  const isRunningLow = (): boolean =>
    meanSeconds !== undefined && meanSeconds < longTrialSeconds && waiting.length * meanSeconds < aheadSeconds;

  async function askOnce(): Promise<void> {
    const claims = await api.claim(limit());
    emptyAt = claims.length === 0 ? performance.now() : undefined;
    waiting.push(...claims);
    asking = undefined;
  }

  /** One question at a time. A failed one stays in `asking`, so that whoever needs its answer gets the failure. */
  const ask = (): Promise<void> => (asking ??= askOnce());

  return {
    async next() {
      while (waiting.length === 0) {
        if (emptyAt !== undefined && performance.now() - emptyAt < emptyAnswerMilliseconds) return undefined;
        await ask();
      }
      const claim = waiting.shift();
      if (emptyAt === undefined && isRunningLow()) {
        ask().catch(() => {
          // Thrown again by `next` when the queue is empty.
        });
      }
      return claim;
    },
    took(seconds) {
      meanSeconds = meanSeconds === undefined ? seconds : meanSeconds + newest * (seconds - meanSeconds);
    },
    async stop() {
      await asking?.catch(() => {
        // No answer, so no claims to give back.
      });
      return waiting.splice(0);
    },
    get isExhausted() {
      return emptyAt !== undefined && waiting.length === 0;
    },
  };
}
