import { createClient as createSocketClient } from 'graphql-ws/client';
import type { Client } from 'graphql-ws/client';
import type { Backoff } from './backoff.js';
import { defaultBackoff } from './backoff.js';
import * as documents from './generated/graphql.js';
import type * as generated from './generated/graphql.js';
import { createLineFilter } from './log-lines.js';
import type { LogLines } from './log-lines.js';
import type { Endpoint } from './request.js';
import { request } from './request.js';
import { keepAlive, socketUrl } from './socket.js';
import { openStream } from './stream.js';
import type { StreamNeeds } from './stream.js';

export interface ClientOptions extends Endpoint {
  /** Constructor of sockets; the browser's own when left out. Node 20 has none: pass the one of `ws`. */
  readonly webSocket?: unknown;
  readonly backoff?: Backoff;
}

/** Where to begin, and how to stop. `after` is the cursor of a change of an earlier stream with the same arguments. */
export interface StreamOptions {
  readonly after?: string;
  readonly signal?: AbortSignal;
  /** Called with why when the stream is interrupted; it resumes by itself. */
  readonly onInterrupted?: (reason: string) => void;
}

type Arguments<Variables> = Omit<Variables, 'after'> & StreamOptions;
type Stream<Change> = AsyncIterableIterator<Change>;
export type ExperimentTreeChange = generated.ExperimentTreeSubscription['experimentTree'];
export type ExperimentChange = generated.ExperimentsChangedSubscription['experimentsChanged'];
export type JobChange = generated.JobsChangedSubscription['jobsChanged'];
export type PodChange = generated.PodsChangedSubscription['podsChanged'];
export type TrialChange = generated.TrialsChangedSubscription['trialsChanged'];

/**
 * One GLADOS API. Streams share one socket, which opens with the first and
 * closes with the last; `for await … break` closes a stream.
 */
export interface GladosClient extends AsyncDisposable {
  readonly url: string;
  /** Asks a query or mutation. @throws RequestError, or TypeError when the server cannot be reached. */
  request<Result, Variables>(
    document: documents.TypedDocumentString<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Result>;
  /** Gets one of the API's HTTP addresses. The token goes only to the API's own origin. @throws TypeError when the server cannot be reached. */
  fetch(address: string, init?: RequestInit): Promise<Response>;
  experimentTree(needs: Arguments<generated.ExperimentTreeSubscriptionVariables>): Stream<ExperimentTreeChange>;
  experimentsChanged(needs?: Arguments<generated.ExperimentsChangedSubscriptionVariables>): Stream<ExperimentChange>;
  jobsChanged(needs?: Arguments<generated.JobsChangedSubscriptionVariables>): Stream<JobChange>;
  podsChanged(needs?: Arguments<generated.PodsChangedSubscriptionVariables>): Stream<PodChange>;
  trialsChanged(needs: Arguments<generated.TrialsChangedSubscriptionVariables>): Stream<TrialChange>;
  /** Ends after the last line when there can be no more. No line comes twice. */
  logs(needs: Arguments<generated.LogsSubscriptionVariables>): Stream<LogLines>;
}

/** Variables to go on with behind `after`. `tail` says where to begin, so it holds only for the first time. */
function resumable(variables: object, after: string | undefined): Record<string, unknown> {
  return after === undefined ? { ...variables } : { ...variables, tail: undefined, after };
}

/** Opens nothing yet: the first request or stream does. Disposing ends every stream and closes the socket. */
export function createClient({ url, token, webSocket, backoff = defaultBackoff }: ClientOptions): GladosClient {
  const endpoint: Endpoint = token === undefined ? { url } : { url, token };
  const closing = new AbortController();
  const alive = keepAlive(() => socket?.terminate());
  let socket: Client | undefined;

  /** Made by the first stream: who only asks queries needs no WebSocket. */
  function socketClient(): Client {
    socket ??= createSocketClient({
      url: socketUrl(url),
      ...(webSocket === undefined ? {} : { webSocketImpl: webSocket }),
      ...(token === undefined ? {} : { connectionParams: { authorization: `Bearer ${token}` } }),
      retryAttempts: 0,
      connectionAckWaitTimeout: 10_000,
      keepAlive: 10_000,
      on: alive.listeners,
    });
    return socket;
  }

  function stream<Result, Variables extends object, Change extends { readonly cursor: string }>(
    document: documents.TypedDocumentString<Result, Variables>,
    { after, signal, onInterrupted, ...variables }: Arguments<Variables>,
    changeOf: (result: Result) => Change,
    ending: Pick<StreamNeeds<Result, Change>, 'isLast' | 'completes'> = { isLast: () => false, completes: false },
  ): Stream<Change> {
    return openStream<Result, Change>({
      subscribe: (cursor, sink) =>
        socketClient().subscribe<Result>(
          {
            query: document.toString(),
            // Read anew whenever the library sends this again by itself (after a close with code 1000).
            get variables() {
              return resumable(variables, cursor());
            },
          },
          sink,
        ),
      after,
      backoff,
      signal: signal ? AbortSignal.any([signal, closing.signal]) : closing.signal,
      changeOf,
      ...ending,
      ...(onInterrupted ? { onInterrupted } : {}),
    });
  }

  return {
    url,
    request: (document, variables, signal) => request(endpoint, document, variables, signal),
    fetch: (address, init = {}) => {
      const target = new URL(address, url);
      const headers = new Headers(init.headers);
      if (token !== undefined && target.origin === new URL(url).origin && !headers.has('authorization')) {
        headers.set('authorization', `Bearer ${token}`);
      }
      return fetch(target, { ...init, headers });
    },
    experimentTree: (needs) => stream(documents.ExperimentTreeDocument, needs, (result) => result.experimentTree),
    experimentsChanged: (needs = {}) =>
      stream(documents.ExperimentsChangedDocument, needs, (result) => result.experimentsChanged),
    jobsChanged: (needs = {}) => stream(documents.JobsChangedDocument, needs, (result) => result.jobsChanged),
    podsChanged: (needs = {}) => stream(documents.PodsChangedDocument, needs, (result) => result.podsChanged),
    trialsChanged: (needs) => stream(documents.TrialsChangedDocument, needs, (result) => result.trialsChanged),
    logs: (needs) => {
      const filter = createLineFilter();
      return stream(documents.LogsDocument, needs, (result) => filter(result.logs), {
        isLast: (change) => change.ended,
        completes: needs.follow === false,
      });
    },
    [Symbol.asyncDispose]: () => {
      closing.abort();
      alive.stop();
      return Promise.resolve();
    },
  };
}
