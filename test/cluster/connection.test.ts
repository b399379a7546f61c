import { afterEach, describe, expect, it } from '@jest/globals';
import type { RequestListener } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterError } from '../../src/cluster/cluster-error.js';
import { openConnection } from '../../src/cluster/connection.js';
import { json, kubeconfig, status } from './api-server.js';
import { selfSigned } from './certificate.js';
import { bodyOf, serve } from './http-server.js';
import type { ServeOptions, ServedConnection } from './http-server.js';

const opened: ServedConnection[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
});

async function connect(handler: RequestListener, options: ServeOptions = {}): Promise<ServedConnection> {
  const one = await serve(handler, options);
  opened.push(one);
  return one;
}

/** Answers with what was asked. */
const echo: RequestListener = async (request, response) => {
  const body = await bodyOf(request);
  const { method, url, headers } = request;
  json(response, 200, { method, url, headers, body });
};

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function failureOf(attempt: Promise<unknown>): Promise<ClusterError> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ClusterError) return error;
  throw new Error(`not a ClusterError: ${String(error)}`);
}

describe('a connection', () => {
  it('sends a body as JSON with the kind that was asked for, a query and the token', async () => {
    const { connection } = await connect(echo);
    const query = { fieldManager: 'glados', dryRun: undefined, labelSelector: 'a=b,c in (d)' };
    const body = { name: 'ünïcode' };
    const asked = { query, body, contentType: 'application/merge-patch+json' };
    const answer = await connection.request<Echo>('PATCH', '/api/v1/x', asked);
    expect(answer).toMatchObject({
      method: 'PATCH',
      url: '/api/v1/x?fieldManager=glados&labelSelector=a%3Db%2Cc+in+%28d%29',
      headers: { authorization: 'Bearer secret', 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify(body),
    });
    expect(connection.namespace).toBe('home');
  });

  it('uses its TCP connections again: twenty calls in a row open no twenty', async () => {
    const { connection, sockets } = await connect(echo);
    for (let call = 0; call < 20; call += 1) await connection.request('GET', '/version');
    expect(sockets()).toBeLessThanOrEqual(2);
  });

  it('keeps the path of a server that has one', async () => {
    const { connection } = await connect(echo, { prefix: '/k8s/clusters/c-1/' });
    expect((await connection.request<Echo>('GET', '/version')).url).toBe('/k8s/clusters/c-1/version');
  });

  it('speaks TLS to a server that its authority vouches for, and shows a client certificate', async () => {
    const [server, client] = [selfSigned('server'), selfSigned('client')];
    const { connection } = await connect(
      (request, response) => {
        const { subject } = (request.socket as TLSSocket).getPeerCertificate();
        json(response, 200, { name: subject.CN });
      },
      {
        tls: { ...server, ca: client.cert, requestCert: true, rejectUnauthorized: true },
        cluster: { 'certificate-authority-data': base64(server.cert) },
        user: { 'client-certificate': 'client.pem', 'client-key': 'client-key.pem' },
        files: { 'client.pem': client.cert, 'client-key.pem': client.key },
      },
    );
    expect(await connection.request('GET', '/version')).toEqual({ name: 'client' });
  });

  it('refuses a server that nobody vouches for', async () => {
    const { connection } = await connect(echo, {
      tls: selfSigned('server'),
      cluster: { 'certificate-authority-data': base64(selfSigned('another').cert) },
    });
    const { status: code, code: reason } = await failureOf(connection.request('GET', '/version'));
    expect([code, reason]).toEqual([undefined, 'DEPTH_ZERO_SELF_SIGNED_CERT']);
  });

  it('reads a token that rotates anew for every request', async () => {
    const { connection, directory } = await connect(echo, {
      user: { 'auth-provider': { name: 'tokenFile', config: { tokenFile: join('/nowhere', 'token') } } },
    });
    await expect(connection.request('GET', '/version')).rejects.toMatchObject({ code: 'ENOENT' });

    const tokenFile = join(directory, 'token');
    const rotating = await connect(echo, {
      user: { 'auth-provider': { name: 'tokenFile', config: { tokenFile } } },
    });
    for (const token of ['first', 'second']) {
      await writeFile(tokenFile, `${token}\n`);
      const { headers } = await rotating.connection.request<Echo>('GET', '/version');
      expect(headers['authorization']).toBe(`Bearer ${token}`);
    }
  });

  it('sends a name and password when those are given', async () => {
    const { connection } = await connect(echo, { user: { username: 'me', password: 'p:w' } });
    const { headers } = await connection.request<Echo>('GET', '/version');
    expect(headers['authorization']).toBe(`Basic ${base64('me:p:w')}`);
  });

  it('cannot be opened from a file that names no cluster', () => {
    expect(() => openConnection({ kubeconfigPath: '/dev/null' })).toThrow();
  });
});

describe('a request that fails', () => {
  it('says what the Status said', async () => {
    const { connection } = await connect((_request, response) =>
      json(
        response,
        429,
        {
          kind: 'Status',
          code: 429,
          reason: 'TooManyRequests',
          message: 'slow down',
          details: { retryAfterSeconds: 2 },
        },
        { 'retry-after': '3' },
      ),
    );
    expect(await failureOf(connection.request('GET', '/x'))).toMatchObject({
      status: 429,
      reason: 'TooManyRequests',
      message: 'slow down',
      details: { retryAfterSeconds: 2 },
      retryAfterSeconds: 3,
    });
  });

  it('says what something in between said', async () => {
    const { connection } = await connect((_request, response) => void response.writeHead(502).end('Bad Gateway'));
    expect(await failureOf(connection.request('GET', '/x'))).toMatchObject({ status: 502, message: 'Bad Gateway' });
  });

  it('has no status but the code of the network when nobody answers', async () => {
    const { connection } = await connect((request) => void request.socket.resetAndDestroy());
    expect(await failureOf(connection.request('GET', '/x'))).toMatchObject({ status: undefined, code: 'ECONNRESET' });
  });

  it('has the code TIMEOUT when the answer takes too long, its head or its body', async () => {
    const { connection } = await connect((request, response) => {
      if (request.url === '/body') response.writeHead(200).write('{');
    });
    for (const path of ['/head', '/body']) {
      expect(await failureOf(connection.request('GET', path, { timeoutMs: 30 }))).toMatchObject({ code: 'TIMEOUT' });
    }
  });

  it('throws the reason of the signal that stopped it', async () => {
    const { connection } = await connect(() => undefined);
    const abort = new AbortController();
    const asked = connection.request('GET', '/x', { signal: abort.signal });
    abort.abort(new Error('never mind'));
    await expect(asked).rejects.toThrow('never mind');
    await expect(connection.request('GET', '/x', { signal: abort.signal })).rejects.toThrow('never mind');
  });

  it('heeds signal and time also while a handshake is under way that never ends', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket.resume()));
    await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const { directory } = await connect(echo);
    const kubeconfigPath = join(directory, 'silent');
    await writeFile(kubeconfigPath, kubeconfig(`https://127.0.0.1:${port}`, { 'insecure-skip-tls-verify': true }));
    await using connection = openConnection({ kubeconfigPath });
    const begun = Date.now();
    const stream = connection.stream('/api/v1/x', {}, AbortSignal.timeout(50));
    await expect(stream).rejects.toMatchObject({ name: 'TimeoutError' });
    const error = await failureOf(connection.request('GET', '/api/v1/x', { timeoutMs: 50 }));
    expect(error).toMatchObject({ code: 'TIMEOUT' });
    // undici gives up a handshake after ten seconds.
    expect(Date.now() - begun).toBeLessThan(8_000);
    for (const socket of sockets) socket.destroy();
    await connection[Symbol.asyncDispose]();
    await new Promise<void>((resolve) => void silent.close(() => resolve()));
  });

  it('is an error of its own when the answer is no JSON', async () => {
    const { connection } = await connect((_request, response) => void response.writeHead(200).end('<html>'));
    expect((await failureOf(connection.request('GET', '/x'))).status).toBeUndefined();
  });
});

describe('a stream', () => {
  it('gives bytes as they come and is closed by leaving it', async () => {
    const closed: Promise<void>[] = [];
    const { connection } = await connect((_request, response) => {
      closed.push(new Promise((resolve) => void response.on('close', () => resolve())));
      response.write('first');
    });
    for await (const chunk of await connection.stream('/x', { follow: true }, new AbortController().signal)) {
      expect(chunk.toString()).toBe('first');
      break;
    }
    await Promise.all(closed);
    expect(closed).toHaveLength(1);
  });

  it('that is refused says why', async () => {
    const { connection } = await connect((_request, response) => status(response, 410, 'Expired', 'too old'));
    const asked = connection.stream('/x', {}, new AbortController().signal);
    expect(await failureOf(asked)).toMatchObject({ status: 410, reason: 'Expired', message: 'too old' });
  });
});
