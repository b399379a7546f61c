import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import { ClusterError, errorOfAnswer, errorOfNetwork } from './cluster-error.js';
import { readCredentials } from './credentials.js';
import type { ClusterChoice } from './credentials.js';
import { createGate } from './gate.js';
import { startLimits } from './limits.js';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface RequestOptions {
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** `application/json` when left out; a patch names its kind here. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** From the start to the last byte of the answer; 30,000 when left out. */
  readonly timeoutMs?: number;
}

/** One cluster, one pool of connections for everything that is asked of it. */
export interface ClusterConnection extends AsyncDisposable {
  readonly server: string;
  /**
   * Tells this cluster from others, from wherever it is reached: by the authority that it is trusted
   * by, which each cluster has of its own and which needs no right to read; by its address where it has none.
   */
  readonly identity: string;
  readonly namespace: string;
  /**
   * One call whose answer is JSON; T is the caller's word for its shape, nothing is checked.
   *
   * @throws ClusterError for an answer of 400 or above, a network failure or a timeout
   * @throws the signal's reason once it is aborted
   */
  request<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, options?: RequestOptions): Promise<T>;
  /**
   * A GET whose answer may go on for ever, and may be silent for ever: the caller bounds it by `signal`.
   *
   * Resolves when the head of the answer has come. Destroying the stream, or leaving its iteration, closes the connection.
   *
   * @throws ClusterError as above; the stream itself fails with whatever ended it
   */
  stream(path: string, query: Query, signal: AbortSignal): Promise<Readable>;
}

/**
 * Calls at one time, and so TLS connections for them: most take milliseconds, and a handshake costs the server more.
 * What takes long, streams and calls that could not wait, has connections of its own.
 */
const callsAtOnce = 2;
const patienceMs = 500;

/** Less than the 90 s after which API servers drop an idle connection. */
const idleMs = 60_000;

/**
 * Opens a cluster; no packet is sent until the first request.
 *
 * client-node opens a TLS connection per call: only its reading of kubeconfig is used here.
 */
export function openConnection(choice: ClusterChoice): ClusterConnection {
  const credentials = readCredentials(choice);
  // The server's address may carry a path of its own, as behind Rancher; undici wants it apart from the origin.
  const { origin, pathname } = new URL(credentials.server);
  const prefix = pathname.replace(/\/$/, '');
  const common = {
    bodyTimeout: 0,
    keepAliveTimeout: idleMs,
    connect: { ...credentials.tls, timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 30_000 },
  };
  const agents = { calls: new Agent({ ...common, connections: callsAtOnce }), others: new Agent(common) };
  const gate = createGate(callsAtOnce, patienceMs);

  async function send(
    method: Dispatcher.HttpMethod,
    path: string,
    options: SendOptions,
  ): Promise<Dispatcher.ResponseData> {
    const asked = agents[options.by].request({
      origin,
      path: prefix + withQuery(path, options.query ?? {}),
      method,
      signal: options.signal,
      headersTimeout: 0,
      headers: { accept: 'application/json', ...options.headers, ...(await credentials.headers()) },
      ...(options.body !== undefined && { body: options.body }),
    });
    const answer = await orAborted(asked, options.signal);
    if (answer.statusCode < 400) return answer;
    const retryAfter = answer.headers['retry-after'];
    throw errorOfAnswer(answer.statusCode, await answer.body.text(), String(retryAfter ?? ''));
  }

  return {
    server: credentials.server,
    identity: createHash('sha256')
      .update(credentials.tls.ca ?? credentials.server)
      .digest('base64url'),
    namespace: credentials.namespace,
    async request<T>(method: Dispatcher.HttpMethod, path: string, options: RequestOptions = {}): Promise<T> {
      const limit = startLimits(options.signal, { time: options.timeoutMs ?? 30_000 });
      const inTurn = await gate.enter();
      try {
        const { body, contentType = 'application/json' } = options;
        const answer = await send(method, path, {
          by: inTurn ? 'calls' : 'others',
          query: options.query,
          signal: limit.signal,
          ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': contentType } }),
        });
        return (await answer.body.json()) as T;
      } catch (error) {
        options.signal?.throwIfAborted();
        if (limit.signal.aborted) throw new ClusterError(`${method} ${path} took too long`, { code: 'TIMEOUT' });
        throw errorOfNetwork(error);
      } finally {
        gate.leave();
        limit.clear();
      }
    },
    async stream(path, query, signal) {
      try {
        return (await send('GET', path, { by: 'others', query, signal, headers: { accept: '*/*' } })).body;
      } catch (error) {
        signal.throwIfAborted();
        throw errorOfNetwork(error);
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([agents.calls.destroy(), agents.others.destroy()]);
    },
  };
}

interface SendOptions {
  readonly by: 'calls' | 'others';
  readonly query?: Query | undefined;
  readonly signal: AbortSignal;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** undici heeds a signal only once it has a connection, and a handshake may take all its time. */
function orAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void asked.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}
