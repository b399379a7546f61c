import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runProgram, startServer, type ServerProcess } from '../support/server-process.js';

let server: ServerProcess;
let url: string;

beforeAll(async () => {
  server = await startServer(['--ephemeral'], 0, { GLADOS_METRICS_PORT: '0' });
  url = /Metrics\s+(\S+)/.exec(server.stdout)?.[1] ?? '';
}, 60_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
}, 60_000);

/** Samples by name and labels, as they stand. */
async function scrape(): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(url)).text();
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

describe('metrics', () => {
  it('count what is there and what looks, and say how stale each source is', async () => {
    const before = await scrape();
    expect(before.get('glados_info{version="0.1.0"}')).toBe(1);
    expect(before.get('glados_experiments{phase="SUCCEEDED"}')).toBe(0);
    for (const source of ['experiments', 'jobs', 'pods']) {
      expect(before.get(`glados_source_stale_seconds{source="${source}"}`)).toBe(0);
    }
    expect(before.get('glados_slow_readers_total')).toBe(0);
    expect(before.get('process_resident_memory_bytes')).toBeGreaterThan(1_000_000);

    const ran = await runProgram('glados.js', ['run', 'examples/add-numbers-node', '--server', server.url]);
    expect(ran.exitCode).toBe(0);
    const trials = Number(/(\d+) trials/.exec(ran.stdout + ran.stderr)?.[1]);
    const stream = server.client.experimentsChanged();
    await stream.next();
    let after = await scrape();
    // The command's own socket is gone when the server has heard of it.
    while (after.get('glados_sockets') !== 1) after = await scrape();
    expect(after.get('glados_experiments{phase="SUCCEEDED"}')).toBe(1);
    expect(after.get('glados_trials{phase="SUCCEEDED"}')).toBe(trials);
    expect(after.get('glados_subscriptions')).toBe(1);
    await stream.return?.();
  }, 60_000);

  it('are served as text for Prometheus, and nothing else is', async () => {
    const { status, headers } = await fetch(url);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect((await fetch(url.replace('/metrics', '/graphql'))).status).toBe(404);
    const posted = await fetch(url, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
  });
});
