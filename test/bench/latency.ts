import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeconfig } from '../cluster/api-server.js';
import { ask } from './support/fan.js';
import type { Latencies } from './support/fan-client.js';
import { messageOf, startOn } from './support/processes.js';
import { ratios, report } from './support/table.js';

/**
 * From the API server's event to a subscriber of the API, beside client-node's Watch with graphql-ws, 50 events a
 * second. A direct watch runs along: what a subscriber waits beyond it was added by the server.
 */
const rounds = 5;
const plan = { count: 250, everyMs: 20 };

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

async function measure(variant: 'ours' | 'theirs', subscribers: number): Promise<Quantiles> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  const children = [startOn(1, 'latency-source', [])];
  try {
    const [source] = children as [(typeof children)[number]];
    const { port: sourcePort } = await messageOf<{ port: number }>(source);
    const path = join(directory, 'kubeconfig');
    writeFileSync(path, kubeconfig(`http://127.0.0.1:${sourcePort}`, { 'insecure-skip-tls-verify': true }));
    const server = startOn(0, 'latency-server', [variant, path]);
    children.push(server);
    const { port } = await messageOf<{ port: number }>(server);
    const client = startOn(1, 'fan-client', [String(port), String(subscribers), 'pods', '0', '1']);
    children.push(client);
    await messageOf(client);
    for (let tries = 0; tries < 100; tries += 1) {
      if ((await ask<{ subscribers: number }>(server, {})).subscribers >= subscribers) break;
      await new Promise((resolve) => void setTimeout(resolve, 50));
    }
    const direct = startOn(1, 'latency-direct', [String(sourcePort)]);
    children.push(direct);
    await messageOf(direct);
    await ask(source, { ...plan, count: 50 });
    await Promise.all([ask(client, { ask: 'sample' }), ask(direct, { ask: 'sample' })]);
    await ask(source, plan);
    await new Promise((resolve) => void setTimeout(resolve, 300));
    const [told, known] = await Promise.all([client, direct].map((one) => ask<Latencies>(one, { ask: 'report' })));
    const added = (share: number) => Math.max(0.01, quantile(told, share) - quantile(known, share));
    return { p50: added(0.5), p99: added(0.99) };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  }
}

function quantile(latencies: Latencies | undefined, share: number): number {
  const sorted = (latencies?.samples ?? []).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

const found = { one: [] as Quantiles[], ours: [] as Quantiles[], theirs: [] as Quantiles[] };
for (let round = 0; round < rounds; round += 1) {
  found.one.push(await measure('ours', 1));
  found.ours.push(await measure('ours', 100));
  found.theirs.push(await measure('theirs', 100));
}
const p50 = (all: readonly Quantiles[]) => all.map((one) => one.p50);
const p99 = (all: readonly Quantiles[]) => all.map((one) => one.p99);
report('latency: added between a watch event and a subscriber', [
  { what: '1 subscriber, p50', values: p50(found.one), atMost: 1, unit: 'ms' },
  { what: '1 subscriber, p99', values: p99(found.one), atMost: 5, unit: 'ms' },
  {
    what: '100, p50, ours / Watch + graphql-ws',
    values: ratios(p50(found.ours), p50(found.theirs)),
    atMost: 0.6,
    unit: 'x',
  },
  {
    what: '100, p99, ours / Watch + graphql-ws',
    values: ratios(p99(found.ours), p99(found.theirs)),
    atMost: 0.2,
    unit: 'x',
  },
  { what: '100: ours, p50', values: p50(found.ours), unit: 'ms' },
  { what: '100: ours, p99', values: p99(found.ours), unit: 'ms' },
  { what: '100: theirs, p50', values: p50(found.theirs), unit: 'ms' },
  { what: '100: theirs, p99', values: p99(found.theirs), unit: 'ms' },
]);
