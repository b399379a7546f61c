import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { createGuard } from '../../../src/api/http/guard.js';
import { openRaw } from './raw-socket.js';
import { post, withTicking } from './ticking-server.js';

/** fetch sets Host itself; this sends the one that is given. */
function get(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.once('error', reject);
    sent.end();
  });
}

describe('a server on loopback', () => {
  it('refuses the name of a stranger, over HTTP and when a socket is opened', () =>
    withTicking({}, async ({ server }) => {
      const headers = { host: `evil.example:${server.port}` };
      expect(await get(`${server.url}/graphql?query={hello}`, headers)).toBe(403);
      await expect(openRaw(server.url, { headers })).rejects.toThrow('Unexpected server response: 403');
    }));

  it('answers probes under any name', () =>
    withTicking({}, async ({ server }) => {
      expect(await get(`${server.url}/livez`, { host: '10.1.2.3:7800' })).toBe(200);
    }));

  it('refuses a page of another origin, over HTTP and when a socket is opened', () =>
    withTicking({}, async ({ server }) => {
      const { status, body } = await post(server.url, '{ hello }', { origin: 'https://evil.example' });
      expect(status).toBe(403);
      expect(body.errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
      await expect(openRaw(server.url, { origin: 'https://evil.example' })).rejects.toThrow(
        'Unexpected server response: 403',
      );
      await expect(openRaw(server.url, { origin: `http://127.0.0.1:${server.port + 1}` })).rejects.toThrow('403');
    }));

  it('accepts its own page, and callers that are no browser', () =>
    withTicking({}, async ({ server }) => {
      const own = await openRaw(server.url, { origin: server.url });
      own.cut();
      expect((await post(server.url, '{ hello }', { origin: server.url })).status).toBe(200);
      expect((await post(server.url, '{ hello }')).status).toBe(200);
    }));
});

const verdict = (needs: Parameters<typeof createGuard>[0], host: string, origin?: string) =>
  createGuard(needs)({ host, ...(origin !== undefined && { origin }) })?.code ?? 'accepted';

describe('the guard', () => {
  it.each([
    ['localhost:7800', 'accepted'],
    ['LOCALHOST', 'accepted'],
    ['127.0.0.1:7800', 'accepted'],
    ['[::1]:7800', 'accepted'],
    ['', 'FORBIDDEN'],
    ['localhost.evil.example', 'FORBIDDEN'],
    ['127.0.0.1.evil.example:80', 'FORBIDDEN'],
    ['localhost:7800:80', 'FORBIDDEN'],
  ])('on loopback takes Host "%s" as %s', (host, expected) => {
    expect(verdict({ host: '127.0.0.1' }, host)).toBe(expected);
  });

  it('takes any name where everybody may connect and none was given', () => {
    expect(verdict({ host: '0.0.0.0' }, 'lab.example')).toBe('accepted');
    expect(verdict({ host: '0.0.0.0', allowedHosts: ['glados.example'] }, 'lab.example')).toBe('FORBIDDEN');
    expect(verdict({ host: '0.0.0.0', allowedHosts: ['glados.example'] }, 'glados.example')).toBe('accepted');
  });

  it.each([
    ['https://glados.example', 'accepted'],
    ['null', 'FORBIDDEN'],
    ['https://glados.example.evil.example', 'FORBIDDEN'],
    ['nonsense', 'FORBIDDEN'],
  ])('behind a proxy that ends TLS takes Origin %s as %s', (origin, expected) => {
    expect(verdict({ host: '0.0.0.0' }, 'glados.example', origin)).toBe(expected);
  });
});
