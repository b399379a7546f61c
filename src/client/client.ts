import type { Backoff } from './backoff.js';
import { defaultBackoff } from './backoff.js';
import type * as changes from './changes.js';
import { Connection } from './connection.js';
import type { ConnectionState } from './connection-state.js';
import * as documents from './generated/graphql.js';
import type * as generated from './generated/graphql.js';
import type { KeepAlive } from './keep-alive.js';
import { defaultKeepAlive } from './keep-alive.js';
import type { BoardContent } from './board-store.js';
import { createBoard } from './board-store.js';
import type { LiveStore } from './live-store.js';
import { createLiveStore } from './live-store.js';
import { createLineFilter } from './log-lines.js';
import type { LogContent } from './log-store.js';
import { createLog } from './log-store.js';
import type { Observed } from './observed.js';
import type { Endpoint } from './request.js';
import { request } from './request.js';
import type { SetChange, SetContent } from './set-store.js';
import { createSet } from './set-store.js';
import { socketUrl } from './socket.js';
import type { StoredStream, StreamNeeds } from './stream.js';
import { openStream } from './stream.js';
import type { TreeContent } from './tree-store.js';
import { createTree } from './tree-store.js';

export type { ExperimentChange, ExperimentTreeChange, JobChange, PodChange, TrialChange } from './changes.js';

export interface ClientOptions extends Endpoint {
  /** Constructor of sockets; the runtime's own when left out. Node 20 has none: pass the one of `ws`. */
  readonly webSocket?: unknown;
  readonly backoff?: Backoff;
  readonly keepAlive?: KeepAlive;
}

/** Where to begin, and how to stop. `after` is the cursor of a change of an earlier stream with the same arguments. */
export interface StreamOptions {
  readonly after?: string;
  readonly signal?: AbortSignal;
  /** Called with why when the stream is interrupted; it resumes by itself. */
  readonly onInterrupted?: (reason: string) => void;
}

type Arguments<Variables> = Omit<Variables, 'after'> & StreamOptions;
type SetStream<Kind extends string, T, Change> = StoredStream<Change, LiveStore<SetContent<Kind, T>>>;
export type TreeStream = StoredStream<changes.ExperimentTreeChange, LiveStore<TreeContent>>;
export type ExperimentStream = SetStream<'experiments', changes.Experiment, changes.ExperimentChange>;
export type JobStream = SetStream<'jobs', changes.Job, changes.JobChange>;
export type PodStream = SetStream<'pods', changes.Pod, changes.PodChange>;
export type TrialStream = SetStream<'trials', changes.Trial, changes.TrialChange>;
export type LeaderboardStream = StoredStream<changes.Leaderboard, LiveStore<BoardContent>>;
export type LogStream = StoredStream<changes.LogLines, LiveStore<LogContent>>;

/**
 * One GLADOS API. Streams share one socket, which opens with the first and
 * closes with the last; `for await … break` closes a stream.
 */
export interface GladosClient extends AsyncDisposable {
  readonly url: string;
  /** How the socket stands, for all streams together. */
  readonly connection: Observed<ConnectionState>;
  /** Asks a query or mutation. @throws RequestError, or TypeError when the server cannot be reached. */
  request<Result, Variables>(
    document: documents.TypedDocumentString<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Result>;
  /** Gets one of the API's HTTP addresses. The token goes only to the API's own origin. @throws TypeError when the server cannot be reached. */
  fetch(address: string, init?: RequestInit): Promise<Response>;
  experimentTree(needs: Arguments<generated.ExperimentTreeSubscriptionVariables>): TreeStream;
  experimentsChanged(needs?: Arguments<generated.ExperimentsChangedSubscriptionVariables>): ExperimentStream;
  jobsChanged(needs?: Arguments<generated.JobsChangedSubscriptionVariables>): JobStream;
  podsChanged(needs?: Arguments<generated.PodsChangedSubscriptionVariables>): PodStream;
  trialsChanged(needs: Arguments<generated.TrialsChangedSubscriptionVariables>): TrialStream;
  /** The whole list, each time; after an interruption it begins with the list as it is then. */
  leaderboard(needs: Omit<Arguments<generated.LeaderboardSubscriptionVariables>, 'after'>): LeaderboardStream;
  /** Ends after the last line when there can be no more. No line comes twice. */
  logs(needs: Arguments<generated.LogsSubscriptionVariables>): LogStream;
}

/** Opens nothing yet: the first request or stream does. Disposing ends every stream and closes the socket. */
export function createClient({
  url,
  token,
  webSocket,
  backoff = defaultBackoff,
  keepAlive = defaultKeepAlive,
}: ClientOptions): GladosClient {
  const endpoint: Endpoint = token === undefined ? { url } : { url, token };
  const closing = new AbortController();
  const connection = new Connection({ url: socketUrl(url), token, webSocket, backoff, keepAlive });

  type Rest<Result, Change, Content> = Pick<StreamNeeds<Result, Change, never>, 'changeOf'> &
    Partial<Pick<StreamNeeds<Result, Change, never>, 'isLast' | 'completes' | 'resumes'>> & {
      createContent(): { apply(change: Change): void; copy(): Content };
    };

  function stream<Result, Variables extends object, Change extends object, Content extends object>(
    document: documents.TypedDocumentString<Result, Variables>,
    { after, signal, onInterrupted, ...variables }: Arguments<Variables>,
    { changeOf, createContent, isLast = () => false, completes = false, resumes = true }: Rest<Result, Change, Content>,
  ): StoredStream<Change, LiveStore<Content>> {
    return openStream({
      open: (operation) => connection.open(operation),
      query: document.toString(),
      variables: (cursor) => resumable(variables, cursor),
      after,
      signal: signal ? AbortSignal.any([signal, closing.signal]) : closing.signal,
      changeOf,
      isLast,
      completes,
      resumes,
      createStore: () => createLiveStore({ ...createContent(), connection }),
      onInterrupted,
    });
  }

  function set<Kind extends string, T extends { readonly id: string }>(kind: Kind) {
    return <Result, Variables extends object, Change extends SetChange<Kind, T> & { readonly cursor: string }>(
      document: documents.TypedDocumentString<Result, Variables>,
      needs: Arguments<Variables>,
      changeOf: (result: Result) => Change,
    ) => {
      const createContent = () => createSet<Kind, T>(kind);
      return stream<Result, Variables, Change, SetContent<Kind, T>>(document, needs, { changeOf, createContent });
    };
  }
  const experiments = set<'experiments', changes.Experiment>('experiments');
  const jobs = set<'jobs', changes.Job>('jobs');
  const pods = set<'pods', changes.Pod>('pods');
  const trials = set<'trials', changes.Trial>('trials');

  return {
    url,
    connection,
    request: (document, variables, signal) => request(endpoint, document, variables, signal),
    fetch: (address, init = {}) => {
      const target = new URL(address, url);
      const headers = new Headers(init.headers);
      if (token !== undefined && target.origin === new URL(url).origin && !headers.has('authorization')) {
        headers.set('authorization', `Bearer ${token}`);
      }
      return fetch(target, { ...init, headers });
    },
    experimentTree: (needs) =>
      stream(documents.ExperimentTreeDocument, needs, {
        changeOf: (result) => result.experimentTree,
        createContent: createTree,
      }),
    experimentsChanged: (needs = {}) =>
      experiments(documents.ExperimentsChangedDocument, needs, (result) => result.experimentsChanged),
    jobsChanged: (needs = {}) => jobs(documents.JobsChangedDocument, needs, (result) => result.jobsChanged),
    podsChanged: (needs = {}) => pods(documents.PodsChangedDocument, needs, (result) => result.podsChanged),
    trialsChanged: (needs) => trials(documents.TrialsChangedDocument, needs, (result) => result.trialsChanged),
    leaderboard: (needs) =>
      stream(documents.LeaderboardDocument, needs, {
        changeOf: (result) => result.leaderboard,
        createContent: createBoard,
        resumes: false,
      }),
    logs: (needs) => {
      const filter = createLineFilter();
      return stream(documents.LogsDocument, needs, {
        changeOf: (result) => filter(result.logs),
        createContent: createLog,
        isLast: (change) => change.ended,
        completes: needs.follow === false,
      });
    },
    [Symbol.asyncDispose]: () => {
      closing.abort();
      return connection.close();
    },
  };
}

/** Variables to go on with behind `after`. `tail` says where to begin, so it holds only for the first time. */
function resumable(variables: object, after: string | undefined): Record<string, unknown> {
  return after === undefined ? { ...variables } : { ...variables, tail: undefined, after };
}
