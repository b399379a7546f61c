import { cpuOf, rounds } from './support/fan.js';
import { figures } from './support/fan-report.js';
import { ratios, report } from './support/table.js';

/** 1,000 subscribers, each with a filter of its own, one changed experiment that all of them match: CPU per message. */
const plan = { subject: 'experiments', subscribers: 1_000, burst: 1, bursts: 40 } as const;
const { ours, raw, 'graphql-ws': stock } = await rounds(['ours', 'raw', 'graphql-ws'], 5, plan);

report(`distinct: ${plan.subscribers} subscribers with different variables`, [
  { what: 'CPU per message, ours / raw ws', values: ratios(cpuOf(ours), cpuOf(raw)), atMost: 1.35, unit: 'x' },
  { what: 'CPU per message, ours / graphql-ws', values: ratios(cpuOf(ours), cpuOf(stock)), atMost: 0.35, unit: 'x' },
  ...figures({ ours, 'raw ws': raw, 'graphql-ws': stock }),
]);
