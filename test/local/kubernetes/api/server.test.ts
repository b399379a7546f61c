import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { addConfigMap, configMaps, openApi } from './api-fixture.js';

/** However it comes about: an answer that is cut off also has an error. */
const closeOf = (answer: IncomingMessage): Promise<void> =>
  new Promise((resolve) => {
    answer.on('error', () => undefined);
    answer.on('close', () => resolve());
  });

describe('the API server', () => {
  it('refuses a missing and a wrong token, and tells anybody that it is alive', async () => {
    await using api = await openApi();
    for (const authorization of ['', 'Bearer', 'Bearer wrong!', 'Basic secret', 'Bearer secret2']) {
      const { code } = await api.ask(configMaps, { headers: { authorization } });
      expect({ authorization, code }).toEqual({ authorization, code: 401 });
    }
    expect(await api.ask('/livez', { headers: { authorization: '' } })).toEqual({ code: 200, body: { message: 'ok' } });
  });

  it('answers odd paths with refusals, never with a defect', async () => {
    await using api = await openApi();
    const odd = [
      '//',
      '/%',
      '/api/v1/%E0%A4%A',
      '/api',
      '/apis/batch',
      '/api/v1/',
      '/api/v1/namespaces//pods',
      '/api/v1/pods/a/b/c/d',
      '/?x',
    ];
    const names = ['__proto__', 'constructor', '..', '%00', 'a%2Fb'];
    for (const path of [
      ...odd,
      ...names.map((name) => `${configMaps}/${name}`),
      ...names.map((name) => `${configMaps}?labelSelector=${name}`),
    ]) {
      expect([200, 400, 404, 405]).toContain((await api.ask(path)).code);
    }
    expect(api.errors).toEqual([]);
  });

  it('keeps keys that are names of JavaScript, as any other', async () => {
    await using api = await openApi();
    const body = '{"metadata":{"name":"odd","labels":{"constructor":"x"}},"data":{"__proto__":"p","toString":"t"}}';
    expect((await api.ask(configMaps, { method: 'POST', body })).code).toBe(201);
    const patch = {
      method: 'PATCH',
      body: '{"data":{"__proto__":"q"}}',
      headers: { 'content-type': 'application/merge-patch+json' },
    };
    const { body: patched } = await api.ask(`${configMaps}/odd`, patch);
    expect(JSON.stringify(patched)).toContain('"data":{"__proto__":"q","toString":"t"}');
    expect((await api.ask(`${configMaps}?labelSelector=constructor`)).body.items).toHaveLength(1);
    expect((await api.ask(`${configMaps}?labelSelector=hasOwnProperty`)).body.items).toEqual([]);
  });

  it('ends watches at once when it is closed', async () => {
    await using api = await openApi();
    const watch = await api.open(`${configMaps}?watch=1`);
    const closed = closeOf(watch);
    watch.resume();
    await api.server[Symbol.asyncDispose]();
    await closed;
    expect(watch.complete).toBe(false);
  });

  it('cuts off a watcher that does not read, and goes on for the others', async () => {
    await using api = await openApi({ lagBytes: 1_000_000 });
    const slow = await api.open(`${configMaps}?watch=1`);
    const cut = closeOf(slow);
    slow.pause();
    // More than the sockets of both sides take in.
    for (let i = 0; i < 40; i += 1) addConfigMap(api.store, `large-${i}`, 'x'.repeat(500_000));
    slow.resume();
    await cut;
    expect(slow.complete).toBe(false);
    expect((await api.ask(`${configMaps}?limit=1`)).code).toBe(200);
  });

  it('sends bookmarks to those who ask for them', async () => {
    await using api = await openApi({ bookmarkSeconds: 0.02 });
    addConfigMap(api.store, 'a');
    const watch = await api.open(
      `${configMaps}?watch=1&resourceVersion=${api.store.version()}&allowWatchBookmarks=true`,
    );
    const [chunk] = (await once(watch, 'data')) as [Buffer];
    watch.destroy();
    const { type, object } = JSON.parse(chunk.toString().split('\n')[0] ?? '') as {
      type: string;
      object: { metadata: object };
    };
    expect({ type, ...object.metadata }).toEqual({ type: 'BOOKMARK', resourceVersion: String(api.store.version()) });
  });

  it('says 410 to a watch from before its history', async () => {
    await using api = await openApi({}, { changes: 5, bytes: 1e9 });
    for (let i = 0; i < 20; i += 1) addConfigMap(api.store, `m${i}`);
    const watch = await api.open(`${configMaps}?watch=1&resourceVersion=2`);
    const text = (await watch.setEncoding('utf8').toArray()).join('');
    expect(watch.statusCode).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
  });

  it('says 410 to a page from before its history, with a token to go on all the same', async () => {
    await using api = await openApi({}, { changes: 5, bytes: 1e9 });
    for (const name of ['a', 'b', 'c', 'd']) addConfigMap(api.store, name);
    const first = await api.ask(`${configMaps}?limit=2`);
    for (let i = 0; i < 20; i += 1) addConfigMap(api.store, `late-${i}`);
    const expired = await api.ask(`${configMaps}?limit=2&continue=${first.body.metadata?.continue}`);
    expect(expired).toMatchObject({ code: 410, body: { reason: 'Expired' } });
    const rest = await api.ask(`${configMaps}?limit=2&continue=${expired.body.metadata?.continue}`);
    expect(rest.body.items?.map(({ metadata }) => metadata.name)).toEqual(['c', 'd']);
  });

  it('names a port that is taken in its failure', async () => {
    await using api = await openApi();
    const { port } = new URL(api.server.url);
    await expect(openApi({ port: Number(port) })).rejects.toThrow(/EADDRINUSE/u);
  });

  it('survives clients that break off', async () => {
    await using api = await openApi();
    const { port } = new URL(api.server.url);
    for (const text of [
      'GET / HTT',
      'POST /api/v1/namespaces HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{',
      '\r\n\r\n\0\0',
    ]) {
      const socket = connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false });
      socket.on('error', () => undefined);
      await once(socket, 'secureConnect');
      socket.end(text);
      socket.resume();
      await once(socket, 'close');
    }
    expect((await api.ask('/readyz')).code).toBe(200);
  });
});
