import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { openConnection } from '../../src/cluster/connection.js';
import type { ClusterConnection } from '../../src/cluster/connection.js';

export interface Pot {
  readonly kind: 'Pot';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
  readonly fill: string;
}

export interface Call {
  readonly kind: 'list' | 'watch';
  /** 1 for the first of its kind. */
  readonly number: number;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** What a test does to a request instead of answering it; true when it did. */
export type Fault = (call: Call) => boolean;

interface Event {
  readonly version: number;
  readonly line: string;
}

/** Serves one collection, of pots, as an API server would: pages, versions, watches, and 410 for what is forgotten. */
export class ApiServer implements AsyncDisposable {
  readonly path = '/apis/kitchen/v1/namespaces/home/pots';
  readonly pots = new Map<string, Pot>();
  readonly calls: Call[] = [];
  fault: Fault = () => false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #watches = new Set<ServerResponse>();
  readonly #history: Event[] = [];
  /** What a list that goes on was when it began. */
  readonly #begun = new Map<number, readonly Pot[]>();
  #version = 1;
  #forgotten = 0;
  #directory: string | undefined;

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  async listen(port = 0): Promise<number> {
    await new Promise<void>((resolve) => void this.#server.listen(port, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  connect(): ClusterConnection {
    this.#directory ??= mkdtempSync(join(tmpdir(), 'api-server-'));
    const kubeconfigPath = join(this.#directory, 'kubeconfig');
    writeFileSync(kubeconfigPath, kubeconfig(this.address));
    return openConnection({ kubeconfigPath });
  }

  put(name: string, fill: string): void {
    const before = this.pots.get(name);
    this.#version += 1;
    const uid = before?.metadata.uid ?? `${name}-${this.#version}`;
    const metadata = { name, namespace: 'home', uid, resourceVersion: String(this.#version) };
    const pot: Pot = { kind: 'Pot', metadata, fill };
    this.pots.set(name, pot);
    this.#tell(before ? 'MODIFIED' : 'ADDED', pot);
  }

  remove(name: string): void {
    const pot = this.pots.get(name);
    if (!pot) return;
    this.#version += 1;
    this.pots.delete(name);
    this.#tell('DELETED', { ...pot, metadata: { ...pot.metadata, resourceVersion: String(this.#version) } });
  }

  bookmark(): void {
    const line = { type: 'BOOKMARK', object: { kind: 'Pot', metadata: { resourceVersion: String(this.#version) } } };
    for (const watch of this.#watches) watch.write(`${JSON.stringify(line)}\n`);
  }

  /** The history up to now is gone, as after a compaction. */
  forget(): void {
    this.#forgotten = this.#version;
  }

  count(kind: Call['kind']): number {
    return this.calls.filter((call) => call.kind === kind).length;
  }

  endWatches(): void {
    for (const watch of this.#watches) watch.end();
    this.#watches.clear();
  }

  /** Those that are open stay so and are never told anything again, as when something on the way forgot them. */
  muteWatches(): void {
    this.#watches.clear();
  }

  resetConnections(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true });
  }

  #tell(type: string, object: Pot): void {
    const event = { version: this.#version, line: `${JSON.stringify({ type, object })}\n` };
    this.#history.push(event);
    for (const watch of this.#watches) watch.write(event.line);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://server');
    const kind = url.searchParams.get('watch') === 'true' ? 'watch' : 'list';
    const call = { kind, number: this.count(kind) + 1, query: url.searchParams, request, response } as const;
    this.calls.push(call);
    if (url.pathname !== this.path) return status(response, 404, 'NotFound', `${url.pathname} is not there`);
    if (this.fault(call)) return;
    if (kind === 'watch') this.watch(call);
    else this.#list(call);
  }

  /** A watch list: all there is, and a bookmark that says that this was all. */
  #tellAll(response: ServerResponse): void {
    for (const object of this.pots.values()) response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
    const metadata = {
      resourceVersion: String(this.#version),
      annotations: { 'k8s.io/initial-events-end': 'true' },
    };
    response.write(`${JSON.stringify({ type: 'BOOKMARK', object: { kind: 'Pot', metadata } })}\n`);
  }

  #list({ query, response }: Call): void {
    const limit = Number(query.get('limit') ?? Number.POSITIVE_INFINITY);
    const [start = 0, version = this.#version] = query.get('continue')?.split('@').map(Number) ?? [];
    if (version < this.#forgotten)
      return status(response, 410, 'Expired', 'The provided continue parameter is too old');
    const all = (start > 0 && this.#begun.get(version)) || [...this.pots.values()];
    const end = start + limit;
    const more = end < all.length ? { continue: `${end}@${version}` } : {};
    if (end < all.length) this.#begun.set(version, all);
    json(response, 200, {
      kind: 'PotList',
      metadata: { resourceVersion: String(version), ...more },
      items: all.slice(start, end),
    });
  }

  watch({ query, response }: Call): void {
    const from = Number(query.get('resourceVersion') ?? this.#version);
    if (from < this.#forgotten) return status(response, 410, 'Expired', `too old resource version: ${from}`);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (query.get('sendInitialEvents') === 'true') this.#tellAll(response);
    else for (const { version, line } of this.#history) if (version > from) response.write(line);
    this.#watches.add(response);
    response.on('close', () => this.#watches.delete(response));
  }
}

export function json(response: ServerResponse, code: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function status(
  response: ServerResponse,
  code: number,
  reason: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  json(response, code, { kind: 'Status', status: 'Failure', code, reason, message }, headers);
}

/** The kubeconfig of one server. */
export function kubeconfig(server: string, cluster: object = {}, user: object = { token: 'secret' }): string {
  return stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'me', namespace: 'home' } }],
    clusters: [{ name: 'here', cluster: { server, ...cluster } }],
    users: [{ name: 'me', user }],
  });
}
