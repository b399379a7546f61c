import { setTimeout as sleep } from 'node:timers/promises';
import { RequestError } from '../client/request.js';

const shortestWaitMilliseconds = 200;
const longestWaitMilliseconds = 5000;
/** Once told to stop there is little time left to try again. */
const stoppedPatienceSeconds = 5;

/** The API refuses this runner, or did not answer for too long: there is no use in going on. */
export class ApiLost extends Error {}

export interface Patience {
  /** How long to go on trying after the first failure. */
  readonly seconds: number;
  /** When aborted, patience is down to a few seconds. */
  readonly stop: AbortSignal;
  readonly say: (text: string) => void;
}

/**
 * Asks until there is an answer: waits 0.2 to 5 s in between, longer each time,
 * with jitter. Says so once when it begins to wait and once when it is over.
 *
 * @throws ApiLost when the token is refused or patience ends
 * @throws what `ask` threw when trying again cannot help
 */
export async function tryAgain<T>(ask: () => Promise<T>, { seconds, stop, say }: Patience): Promise<T> {
  let deadline: number | undefined;
  for (let wait = shortestWaitMilliseconds; ; wait = Math.min(wait * 2, longestWaitMilliseconds)) {
    try {
      const answer = await ask();
      if (deadline !== undefined) say('The API answers again.');
      return answer;
    } catch (error) {
      if (isRefusal(error)) throw new ApiLost(`The API refuses this runner: ${inWords(error)}`, { cause: error });
      if (!isPassing(error)) throw error;
      if (deadline === undefined) say(`The API does not answer, trying again: ${inWords(error)}`);
      const patience = (stop.aborted ? Math.min(seconds, stoppedPatienceSeconds) : seconds) * 1000;
      deadline = Math.min(deadline ?? Infinity, performance.now() + patience);
      if (performance.now() >= deadline) {
        throw new ApiLost(`The API did not answer in time: ${inWords(error)}`, { cause: error });
      }
      await sleep(wait * (0.5 + Math.random() / 2), undefined, stop.aborted ? {} : { signal: stop }).catch(() => {
        // Told to stop while waiting: no time to lose.
      });
    }
  }
}

/** What can be over in a moment: no connection, a proxy's error page, an overloaded or broken server, an answer cut short. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof RequestError)) return isOfTransport(error as Error);
  const { status, errors } = error;
  const codes = codesOf(error);
  if (codes.some((code) => code === 'INTERNAL' || code === 'INTERNAL_SERVER_ERROR' || code === 'RATE_LIMITED'))
    return true;
  return status >= 500 || status === 429 || status === 408 || (status < 300 && errors.length === 0);
}

/** fetch throws TypeErrors with a cause, and what a signal was aborted with; a TypeError without a cause is a defect. */
function isOfTransport({ name, cause }: Error): boolean {
  return (name === 'TypeError' && cause !== undefined) || name === 'TimeoutError' || name === 'AbortError';
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof RequestError)) return false;
  if (error.status === 401 || error.status === 403) return true;
  return codesOf(error).some((code) => code === 'UNAUTHENTICATED' || code === 'FORBIDDEN');
}

function codesOf(error: RequestError): unknown[] {
  return error.errors.map(({ extensions }) => extensions?.['code']);
}

/** An error's message with the cause that fetch hides behind "fetch failed". */
export function inWords(error: unknown): string {
  const { message, cause } = error as Error;
  const inner = cause as NodeJS.ErrnoException | undefined;
  return inner?.code === undefined ? message : `${message} (${inner.code})`;
}
