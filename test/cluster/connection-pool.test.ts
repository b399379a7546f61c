import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { selfSigned } from './certificate.js';
import { json } from './api-server.js';
import { eventually } from './eventually.js';
import { serve } from './http-server.js';
import type { ServedConnection } from './http-server.js';

let served: ServedConnection | undefined;
afterEach(async () => {
  await served?.[Symbol.asyncDispose]();
});

/** A server that keeps what is asked under /held waiting until it is let go. */
async function open() {
  const held: ServerResponse[] = [];
  const tls = selfSigned('server');
  served = await serve(
    ({ url }, response) => {
      if (url === '/held') held.push(response);
      else json(response, 200, { url });
    },
    { tls, cluster: { 'certificate-authority-data': Buffer.from(tls.cert).toString('base64') } },
  );
  return { held, ...served };
}

describe('twenty calls over TLS', () => {
  it('take at most two connections when one follows another', async () => {
    const { connection, sockets } = await open();
    for (let call = 0; call < 20; call += 1) await connection.request('GET', `/${call}`);
    expect(sockets()).toBeLessThanOrEqual(2);
  });

  it('take two connections when all are asked at once', async () => {
    const { connection, sockets } = await open();
    const calls = Array.from({ length: 20 }, (_, call) => connection.request('GET', `/${call}`));
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 20 }, (_, call) => ({ url: `/${call}` })));
    expect(sockets()).toBe(2);
  });

  it('are not held up by others that hang', async () => {
    const { connection, held } = await open();
    const hanging = [connection.request('GET', '/held'), connection.request('GET', '/held')];
    await eventually(() => held.length === 2, 'both calls');
    expect(await connection.request('GET', '/free')).toEqual({ url: '/free' });
    for (const response of held) json(response, 200, {});
    await Promise.all(hanging);
  });
});
