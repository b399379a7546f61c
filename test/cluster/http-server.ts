import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { ServerOptions } from 'node:https';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConnection } from '../../src/cluster/connection.js';
import type { ClusterConnection } from '../../src/cluster/connection.js';
import { kubeconfig } from './api-server.js';

export interface ServedConnection extends AsyncDisposable {
  readonly connection: ClusterConnection;
  readonly directory: string;
  /** How many TCP connections were opened so far. */
  readonly sockets: () => number;
}

export interface ServeOptions {
  readonly tls?: ServerOptions;
  /** Of the kubeconfig's cluster and user; paths are relative to `directory`. */
  readonly cluster?: object;
  readonly user?: object;
  readonly files?: Readonly<Record<string, string>>;
  /** Appended to the server's address. */
  readonly prefix?: string;
}

/** A server that answers by `handler`, and our connection to it. */
export async function serve(handler: RequestListener, options: ServeOptions = {}): Promise<ServedConnection> {
  let sockets = 0;
  const server: Server = options.tls ? createTlsServer(options.tls, handler) : createServer(handler);
  server.on('connection', () => (sockets += 1));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const directory = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
  for (const [name, text] of Object.entries(options.files ?? {})) await writeFile(join(directory, name), text);
  const kubeconfigPath = join(directory, 'kubeconfig');
  const address = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}${options.prefix ?? ''}`;
  await writeFile(kubeconfigPath, kubeconfig(address, options.cluster, options.user));
  const connection = openConnection({ kubeconfigPath });
  return {
    connection,
    directory,
    sockets: () => sockets,
    async [Symbol.asyncDispose]() {
      await connection[Symbol.asyncDispose]();
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
      await rm(directory, { recursive: true });
    },
  };
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

export type { ServerResponse };
