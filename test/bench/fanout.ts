import { cpuOf, rounds } from './support/fan.js';
import { figures } from './support/fan-report.js';
import { ratios, report } from './support/table.js';

/** One subscription of 5,000 subscribers, one changed pod at a time: CPU per message. */
const plan = { subject: 'pods', subscribers: 5_000, burst: 1, bursts: 12 } as const;
const { ours, raw, 'graphql-ws': stock } = await rounds(['ours', 'raw', 'graphql-ws'], 5, plan);

report(`fanout: one subscription, ${plan.subscribers} subscribers`, [
  { what: 'CPU per message, ours / raw ws', values: ratios(cpuOf(ours), cpuOf(raw)), atMost: 1.15, unit: 'x' },
  { what: 'CPU per message, ours / graphql-ws', values: ratios(cpuOf(ours), cpuOf(stock)), atMost: 0.3, unit: 'x' },
  ...figures({ ours, 'raw ws': raw, 'graphql-ws': stock }),
]);
