import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { HttpRefusal } from '../../../src/api/http/refusal.js';
import { openReady, subscribeTo } from './raw-socket.js';
import { post, startTicking, until, withTicking } from './ticking-server.js';

describe('a server that is told to stop', () => {
  it('is not ready any more, completes every subscription, then closes with 1001', () =>
    withTicking({}, async ({ server, sources, tick }) => {
      const socket = await openReady(server.url);
      subscribeTo(socket, 'a', 'subscription { ticks }');
      subscribeTo(socket, 'b', 'subscription { ticks }');
      await until(() => sources.size === 2);
      await server.drain();
      expect(await socket.closed).toEqual({ code: 1001, reason: 'The server is going away' });
      tick(1);
      expect(socket.received.slice(1)).toEqual([
        { id: 'a', type: 'complete' },
        { id: 'b', type: 'complete' },
      ]);
      expect(sources.size).toBe(0);
      const readyz = await fetch(`${server.url}/readyz`);
      expect([readyz.status, await readyz.text()]).toEqual([
        503,
        '[+]clock ok\n[-]serving The server is going away.\nnot ready\n',
      ]);
      expect((await fetch(`${server.url}/livez`)).status).toBe(200);
      await expect(openReady(server.url)).rejects.toThrow('Unexpected server response: 503');
    }));

  it('lets a query on a socket end first', () =>
    withTicking({}, async ({ server, waiting, answer }) => {
      const socket = await openReady(server.url);
      subscribeTo(socket, 'q', '{ slow }');
      await until(() => waiting() === 1);
      const drained = server.drain();
      answer();
      await drained;
      expect((await socket.closed).code).toBe(1001);
      expect(socket.received.slice(1)).toEqual([
        { id: 'q', type: 'next', payload: { data: { slow: 'at last' } } },
        { id: 'q', type: 'complete' },
      ]);
    }));

  it('waits for nobody longer than it was given', async () => {
    const ticking = await startTicking({ limits: { drainSeconds: 0.05 } });
    const socket = await openReady(ticking.server.url);
    subscribeTo(socket, 'q', '{ slow }');
    const overHttp = post(ticking.server.url, '{ slow }').catch((error: unknown) => error);
    const mute = connect(ticking.server.port, '127.0.0.1');
    mute.write(
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    const hungUp = new Promise((resolve) => mute.once('close', resolve));
    mute.on('error', () => mute.destroy());
    await until(() => ticking.waiting() === 2);
    await ticking[Symbol.asyncDispose]();
    expect((await socket.closed).code).toBe(1001);
    expect(String(await overHttp)).toBe('TypeError: fetch failed');
    await hungUp;
    await expect(fetch(`${ticking.server.url}/livez`)).rejects.toThrow('fetch failed');
  });

  it('may be told twice', async () => {
    const ticking = await startTicking();
    await Promise.all([ticking.server.drain(), ticking[Symbol.asyncDispose](), ticking[Symbol.asyncDispose]()]);
    await expect(fetch(`${ticking.server.url}/livez`)).rejects.toThrow('fetch failed');
  });
});

describe('a server', () => {
  it.each(['//', 'http://', '/nowhere', '/graphql/..', '*', '/graphql'])(
    'refuses a socket at "%s" and lives on',
    (path) =>
      withTicking({}, async ({ server }) => {
        const socket = connect(server.port, '127.0.0.1');
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
        let answer = '';
        for await (const part of socket) answer += String(part);
        expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
        expect((await fetch(`${server.url}/livez`)).status).toBe(200);
      }),
  );

  it('names the flag that helps when its port is taken', () =>
    withTicking({}, async ({ server }) => {
      await expect(startTicking({ port: server.port })).rejects.toThrow(
        `Port ${server.port} is taken. Choose another with --port, or --port 0 for any free one.`,
      );
    }));

  it('says which check fails', () =>
    withTicking(
      {
        readiness: () => [
          { name: 'database', ready: true },
          { name: 'cluster', ready: false, reason: 'It cannot be reached.' },
        ],
      },
      async ({ server }) => {
        const response = await fetch(`${server.url}/readyz`);
        expect(response.status).toBe(503);
        expect(await response.text()).toBe('[+]database ok\n[-]cluster It cannot be reached.\nnot ready\n');
      },
    ));

  it('says what is wrong although it is ready', () =>
    withTicking(
      { readiness: () => [{ name: 'cluster', ready: true, reason: 'It cannot be reached.' }] },
      async ({ server }) => {
        const response = await fetch(`${server.url}/readyz?verbose`);
        expect(response.status).toBe(200);
        expect(await response.text()).toBe('[+]cluster ok, but: It cannot be reached.\nready\n');
      },
    ));

  it('answers /readyz in a word, and in full on ?verbose', () =>
    withTicking({}, async ({ server }) => {
      expect(await (await fetch(`${server.url}/readyz`)).text()).toBe('ok\n');
      expect(await (await fetch(`${server.url}/readyz?verbose`)).text()).toBe('[+]clock ok\nready\n');
    }));

  it.each([
    ['GET', '/nowhere', 404, { code: 'NOT_FOUND', message: 'There is nothing at /nowhere.' }],
    ['PUT', '/graphql', 405, { code: 'METHOD_NOT_ALLOWED', message: '/graphql takes GET, POST, not PUT.' }],
    ['POST', '/livez', 405, { code: 'METHOD_NOT_ALLOWED', message: '/livez takes GET, HEAD, not POST.' }],
    ['DELETE', '/readyz', 405, { code: 'METHOD_NOT_ALLOWED', message: '/readyz takes GET, HEAD, not DELETE.' }],
    ['GET', '/%E0%A4%A', 404, { code: 'NOT_FOUND', message: 'There is nothing at /%E0%A4%A.' }],
  ])('answers %s %s with %d and one sentence', (method, path, status, error) =>
    withTicking({}, async ({ server }) => {
      const response = await fetch(`${server.url}${path}`, { method });
      const body = (await response.json()) as { error?: object; errors?: { message: string; extensions: object }[] };
      const [inGraphql] = body.errors ?? [];
      expect(response.status).toBe(status);
      expect(body.error ?? { ...inGraphql?.extensions, message: inGraphql?.message }).toEqual(error);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.has('allow')).toBe(status === 405);
    }),
  );

  it('says that subscriptions need a socket when one is asked for over HTTP', () =>
    withTicking({}, async ({ server, sources }) => {
      const { status, body } = await post(server.url, 'subscription { ticks }');
      expect(status).toBe(400);
      expect(body.errors?.[0]?.message).toBe(
        'Subscriptions run over a WebSocket (graphql-transport-ws) at this same address.',
      );
      expect(sources.size).toBe(0);
    }));

  it('serves the routes that were mounted, and answers what they throw', () =>
    withTicking(
      {
        mount: (app) => {
          app.put('/files/:id', ({ params }, response) => void response.json({ id: params.id }));
          app.get('/files/:id', () => {
            throw new HttpRefusal(403, 'FORBIDDEN', 'This file is not yours.');
          });
          app.delete('/files/:id', () => {
            throw new Error('password=swordfish');
          });
        },
      },
      async ({ server, log }) => {
        const ask = async (method: string) => {
          const response = await fetch(`${server.url}/files/7`, { method });
          return [response.status, await response.json()];
        };
        expect(await ask('PUT')).toEqual([200, { id: '7' }]);
        expect(await ask('GET')).toEqual([403, { error: { code: 'FORBIDDEN', message: 'This file is not yours.' } }]);
        const [status, body] = await ask('DELETE');
        expect(status).toBe(500);
        const requestId = log.find(({ level }) => level === 50)?.['requestId'];
        expect(body).toEqual({ error: { code: 'INTERNAL', message: 'Internal error', requestId } });
      },
    ));

  it('serves the page from its own files: a strict policy, assets for ever, nothing above the folder', async () => {
    const webDirectory = await mkdtemp(join(tmpdir(), 'pages-'));
    await mkdir(join(webDirectory, 'assets'));
    await writeFile(join(webDirectory, 'graphiql.html'), '<title>GraphiQL</title>');
    await writeFile(join(webDirectory, 'assets', 'page-4f2a.js'), 'export {};');
    await withTicking({ webDirectory }, async ({ server }) => {
      const page = await fetch(server.url);
      expect([page.url, await page.text()]).toEqual([`${server.url}/graphiql`, '<title>GraphiQL</title>']);
      expect(page.headers.get('content-security-policy')).toContain("default-src 'self';");
      expect(page.headers.get('cache-control')).toBe('no-cache');
      const asset = await fetch(`${server.url}/assets/page-4f2a.js`);
      expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect((await fetch(`${server.url}/assets/none.js`)).status).toBe(404);
      expect((await fetch(`${server.url}/assets/..%2fgraphiql.html`)).status).toBe(404);
      const typed = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html,*/*;q=0.8' } });
      expect(typed.url).toBe(`${server.url}/graphiql`);
    });
    await rm(webDirectory, { recursive: true });
  });
});
