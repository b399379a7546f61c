import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { podChange, startStreamServer } from './stream-server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** In a process of its own, as `vite build` is run. */
const build = `
import { build } from 'vite';
const warnings = [];
const [{ output }] = await build({
  configFile: false, logLevel: 'silent', root: ${JSON.stringify(root)},
  build: {
    write: false, target: 'es2022',
    lib: { entry: 'src/client/client.ts', formats: ['iife'], name: 'glados' },
    rolldownOptions: { onwarn: (warning) => warnings.push(String(warning.message)) },
  },
});
process.stdout.write(JSON.stringify({ warnings, code: output[0].code, imports: output[0].imports }));
`;

describe('the client in a browser', () => {
  it('is bundled without anything of Node, and follows a stream with what a browser has', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', build], {
      cwd: root,
      maxBuffer: 64 * 1024 * 1024,
    });
    const { warnings, code, imports } = JSON.parse(stdout) as { warnings: string[]; code: string; imports: string[] };
    expect(warnings).toEqual([]);
    expect(imports).toEqual([]);
    expect(code).not.toMatch(/\bprocess\.|\bBuffer\b|node:|__vite-browser-external/);

    await using server = await startStreamServer();
    const found = new Promise((resolve) => {
      const offered = { WebSocket, URL, Headers, fetch, AbortController, AbortSignal, performance, queueMicrotask };
      const page = createContext({ ...offered, setTimeout, clearTimeout, url: server.url, resolve });
      runInContext(
        `${code}
        const client = glados.createClient({ url });
        const { store } = client.podsChanged();
        store.subscribe(() => store.current.synced && client[Symbol.asyncDispose]().then(() => resolve(store.current.freshness.asOf)));`,
        page,
      );
    });
    (await server.subscriptionAt(0)).push(podChange('one', { reset: true }));
    expect(await found).toBe('2026-11-25T09:11:55.000Z');
  }, 60_000);
});
