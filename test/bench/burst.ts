import { cpuOf, rounds } from './support/fan.js';
import type { FanCosts } from './support/fan.js';
import { figures } from './support/fan-report.js';
import { ratios, report } from './support/table.js';

/** One subscription of 1,000 subscribers, ten pods changing in one turn of the event loop: CPU per change and subscriber. */
const plan = { subject: 'pods', subscribers: 1_000, burst: 10, bursts: 12 } as const;
const { ours, raw, corked, 'graphql-ws': stock } = await rounds(['ours', 'raw', 'corked', 'graphql-ws'], 5, plan);

const speed = (all: readonly FanCosts[]) => all.map(({ deliveredPerSecond }) => deliveredPerSecond);
const faster = (than: readonly FanCosts[]) => ratios(speed(than), speed(ours));

report(`burst: ${plan.burst} changes at once, ${plan.subscribers} subscribers`, [
  { what: 'CPU per change, ours / raw ws', values: ratios(cpuOf(ours), cpuOf(raw)), atMost: 0.3, unit: 'x' },
  { what: 'CPU per change, ours / raw corked', values: ratios(cpuOf(ours), cpuOf(corked)), atMost: 0.8, unit: 'x' },
  { what: 'time per change, ours / raw ws', values: faster(raw), atMost: 1 / 4, unit: 'x' },
  { what: 'time per change, ours / graphql-ws', values: faster(stock), atMost: 1 / 20, unit: 'x' },
  ...figures({ ours, 'raw ws': raw, 'raw corked': corked, 'graphql-ws': stock }),
]);
