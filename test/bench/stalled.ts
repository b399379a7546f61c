import { defaultLimits } from '../../src/api/http/limits.js';
import { ask, withFan } from './support/fan.js';
import type { Latencies } from './support/fan-client.js';
import { ratios, report } from './support/table.js';

/** 100 subscribers for 30 s, 3,000 changes a second, ten of them stop reading: memory, and what the others notice. */
const rounds = 5;
const seconds = 30;
const everyMs = 10;
const plan = { ask: 'pace', count: (seconds * 1000) / everyMs, everyMs, burst: 30 } as const;
const boundMb = defaultLimits.bufferedBytes / 1e6;

interface Found {
  readonly growthMb: number;
  readonly p99: number;
  readonly slowReaders: number;
}

function measure(stalled: number): Promise<Found> {
  return withFan(
    'ours',
    'pods',
    100,
    async ({ server, client, usage }) => {
      // Until code is compiled and the heap has its size.
      await ask(server, { ...plan, count: 300 });
      const { rssBytes } = await usage();
      await ask(client, { ask: 'sample' });
      let peak = rssBytes;
      let slowReaders = 0;
      for (let part = 0; part < seconds; part += 1) {
        await ask(server, { ...plan, count: plan.count / seconds });
        const now = await usage();
        peak = Math.max(peak, now.rssBytes);
        ({ slowReaders } = now);
      }
      const { samples } = await ask<Latencies>(client, { ask: 'report' });
      const sorted = samples.toSorted((a, b) => a - b);
      return { growthMb: (peak - rssBytes) / 1e6, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0, slowReaders };
    },
    stalled,
  );
}

const healthy: Found[] = [];
const mixed: Found[] = [];
for (let round = 0; round < rounds; round += 1) {
  healthy.push(await measure(0));
  mixed.push(await measure(10));
}
const p99 = (all: readonly Found[]) => all.map((one) => one.p99);
report('stalled: 10 of 100 subscribers read nothing', [
  {
    what: `growth of RSS; the bound is ${boundMb.toFixed(2)} MB each`,
    values: mixed.map(({ growthMb }) => growthMb),
    atMost: Math.round(120 * boundMb) / 10,
    unit: 'MB',
  },
  { what: 'p99 of the others, with / without them', values: ratios(p99(mixed), p99(healthy)), atMost: 1.3, unit: 'x' },
  { what: 'growth of RSS without them', values: healthy.map(({ growthMb }) => growthMb), unit: 'MB' },
  { what: 'p99 with', values: p99(mixed), unit: 'ms' },
  { what: 'p99 without', values: p99(healthy), unit: 'ms' },
  { what: 'sockets closed with 4513', values: mixed.map(({ slowReaders }) => slowReaders), unit: '' },
]);
