import type { Client, FormattedExecutionResult } from 'graphql-ws';
import { createClient } from 'graphql-ws';

export interface ConnectOptions {
  /** ws:// or wss:// */
  readonly url: string;
  readonly token?: string;
  /** Node 20 has none of its own: pass that of `ws`. */
  readonly webSocket?: unknown;
}

/** A graphql-ws client that leaves trying again to `resume`, and takes down a socket that has gone silent within 15 s. */
export function connect({ url, token, webSocket }: ConnectOptions): Client {
  let late: ReturnType<typeof setTimeout> | undefined;
  const heard = () => clearTimeout(late);
  const client = createClient({
    url,
    webSocketImpl: webSocket,
    ...(token === undefined ? {} : { connectionParams: { authorization: `Bearer ${token}` } }),
    retryAttempts: 0,
    connectionAckWaitTimeout: 10_000,
    keepAlive: 10_000,
    on: {
      ping: (received) => {
        if (!received) late = setTimeout(() => client.terminate(), 5_000);
      },
      message: heard,
      closed: heard,
    },
  });
  return client;
}

export interface Request {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
}

export interface Sink {
  next(result: FormattedExecutionResult<Record<string, unknown>, unknown>): void;
  error(cause: unknown): void;
}

/**
 * Keeps one GLADOS subscription open: whenever it is interrupted it is asked
 * again, behind the last `cursor` that arrived. The document needs the variable
 * `$after: Cursor` and must select `cursor`.
 *
 * @returns what ends it
 */
export function resume(client: Client, { query, variables }: Request, sink: Sink): () => void {
  let after = variables?.['after'];
  let failures = 0;
  let isOver = false;
  let leave: () => void = () => undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  function ask(): void {
    leave = client.subscribe<Record<string, unknown>>(
      {
        query,
        // Read anew whenever the library sends this again by itself, which it does after a close with code 1000.
        get variables() {
          return { ...variables, after };
        },
      },
      {
        next: (result) => {
          if (result.errors) return failed(result.errors);
          failures = 0;
          after = cursorOf(result.data) ?? after;
          sink.next(result);
        },
        error: failed,
        complete: again, // a server that shuts down ends every subscription first
      },
    );
  }

  function failed(cause: unknown): void {
    if (isOver) return;
    leave(); // graphql-ws counts an operation whose socket broke until it is left
    if (!isFinal(cause)) return again();
    isOver = true;
    sink.error(cause);
  }

  function again(): void {
    if (isOver) return;
    clearTimeout(retry);
    const bound = Math.min(5_000, 250 * 2 ** failures);
    failures = Math.min(failures + 1, 10);
    retry = setTimeout(ask, Math.max(20, bound * Math.random()));
  }

  ask();
  return () => {
    isOver = true;
    clearTimeout(retry);
    leave();
  };
}

function cursorOf(data: Record<string, unknown> | null | undefined): unknown {
  const change = Object.values(data ?? {})[0];
  return typeof change === 'object' && change !== null && 'cursor' in change ? change.cursor : undefined;
}

/** What asking again cannot mend: errors answered for this operation, and close codes that refuse the client. */
function isFinal(cause: unknown): boolean {
  if (Array.isArray(cause)) return !cause.every((error) => error?.extensions?.code === 'UNAVAILABLE');
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return code === 4400 || code === 4401 || code === 4403 || code === 4406;
}
