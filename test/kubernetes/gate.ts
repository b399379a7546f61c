import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { connect } from '../contract/kubernetes/kubeconfig.js';

export interface Call {
  readonly method: string;
  readonly path: string;
}

/**
 * The only way from a product to its API server: what is shut here is away for
 * the product, while the cluster and everybody else go on.
 */
export interface Gate extends AsyncDisposable {
  readonly server: string;
  /** Cuts every connection, and refuses new ones. */
  shut(): Promise<void>;
  /** Does nothing when it is open. */
  open(): Promise<void>;
  /**
   * Shuts at the first call that is as wanted: `before` it reaches the API server, or `after` it was done there and
   * before its answer. Resolves when that has happened.
   */
  shutAt(moment: 'before' | 'after', wanted: (call: Call) => boolean): Promise<void>;
}

/** A proxy on 127.0.0.1 before the API server of a kubeconfig; callers bring their own token. */
export async function openGate(kubeconfigPath: string): Promise<Gate> {
  const to = connect(kubeconfigPath);
  let watched: { moment: 'before' | 'after'; wanted: (call: Call) => boolean; seen: () => void } | undefined;
  let server = createServer(pass);

  function isMoment(moment: 'before' | 'after', call: Call): boolean {
    if (watched?.moment !== moment || !watched.wanted(call)) return false;
    void shut().then(watched.seen);
    watched = undefined;
    return true;
  }

  async function pass(from: IncomingMessage, answer: ServerResponse): Promise<void> {
    const call = { method: from.method ?? '', path: from.url ?? '' };
    if (isMoment('before', call)) return;
    const left = new AbortController();
    answer.on('close', () => left.abort());
    try {
      const { authorization = '', accept = '', 'content-type': contentType = '' } = from.headers;
      const hasBody = from.headers['content-length'] !== undefined || 'transfer-encoding' in from.headers;
      const { statusCode, headers, body } = await request(`${to.server}${call.path}`, {
        method: call.method as 'GET',
        // Without the administrator's certificate.
        dispatcher: to.strangersAgent,
        signal: left.signal,
        bodyTimeout: 0,
        headers: { authorization, accept, ...(contentType && { 'content-type': contentType }) },
        ...(hasBody && { body: from }),
      });
      if (isMoment('after', call)) return void (await body.dump());
      answer.writeHead(statusCode, { 'content-type': String(headers['content-type'] ?? 'application/json') });
      answer.flushHeaders();
      for await (const part of body) answer.write(part);
      answer.end();
    } catch {
      // One side has gone; the other is told by the end of its connection.
      answer.destroy();
    }
  }

  async function listen(port: number): Promise<number> {
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async function shut(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  const port = await listen(0);
  return {
    server: `http://127.0.0.1:${port}`,
    shut,
    async open() {
      if (server.listening) return;
      server = createServer(pass);
      await listen(port);
    },
    shutAt: (moment, wanted) => new Promise<void>((seen) => (watched = { moment, wanted, seen })),
    async [Symbol.asyncDispose]() {
      if (server.listening) await shut();
      await Promise.all([to.agent.destroy(), to.strangersAgent.destroy()]);
    },
  };
}
