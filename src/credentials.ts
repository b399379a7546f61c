import type { AdministratorToken } from './administrator-token.js';
import type { RunnerTokens } from './store/runner-tokens.js';

export interface CredentialsNeeds {
  readonly administratorToken: Pick<AdministratorToken, 'refresh'> | undefined;
  readonly runnerTokens: Pick<RunnerTokens, 'refresh'>;
  /** Cuts off those whose token is not good any more. */
  readonly checkCallers: () => Promise<void>;
  /** Told of the first failure in a row. */
  readonly onError: (error: unknown) => void;
  /** 5,000 when left out. */
  readonly periodMs?: number;
}

/**
 * Looks every five seconds whether a token was changed or a key dropped, and
 * then at who is connected: whoever runs under what is not good any more is cut
 * off within 15 s. While the database does not answer, its keys stay as known.
 */
export function followCredentials(needs: CredentialsNeeds): AsyncDisposable {
  const { periodMs = 5_000 } = needs;
  const file = async () => needs.administratorToken?.refresh();
  const keys = () => needs.runnerTokens.refresh();
  // Apart: a database that does not answer must not keep those who lost the administrator's token.
  const loops = [repeat(file, periodMs, needs.onError), repeat(keys, periodMs, needs.onError)];
  loops.push(repeat(needs.checkCallers, periodMs, needs.onError));
  return {
    async [Symbol.asyncDispose]() {
      for (const stop of loops) stop();
    },
  };
}

/** Acts, a while after it last ended. @returns ends it; what still runs is not heard of any more */
function repeat(act: () => Promise<void>, periodMs: number, onError: (error: unknown) => void): () => void {
  let isOver = false;
  let hasFailed = false;
  let timer = setTimeout(() => void run(), periodMs).unref();
  async function run(): Promise<void> {
    try {
      await act();
      hasFailed = false;
    } catch (error) {
      if (!isOver && !hasFailed) onError(error);
      hasFailed = true;
    }
    if (!isOver) timer = setTimeout(() => void run(), periodMs).unref();
  }
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
