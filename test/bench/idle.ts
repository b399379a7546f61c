import { idleRounds } from './support/fan.js';
import { ratios, report } from './support/table.js';

/** 5,000 subscribers of one subscription to whom nothing is said: memory of the server for each. */
const { ours, raw, 'graphql-ws': stock } = await idleRounds(['ours', 'raw', 'graphql-ws'], 5, 5_000);
const memory = (all: readonly { readonly kilobytes: number }[]) => all.map(({ kilobytes }) => kilobytes);

report('idle: memory per subscriber, 5,000 subscribers', [
  { what: 'RSS, ours / raw ws', values: ratios(memory(ours), memory(raw)), atMost: 1.4, unit: 'x' },
  { what: 'RSS, ours / graphql-ws', values: ratios(memory(ours), memory(stock)), atMost: 0.4, unit: 'x' },
  {
    what: 'kept after as many came and left again, ours',
    values: ours.map(({ keptMegabytes }) => keptMegabytes),
    atMost: 1,
    unit: 'MB heap',
  },
  { what: 'ours', values: memory(ours), unit: 'kB' },
  { what: 'raw ws', values: memory(raw), unit: 'kB' },
  { what: 'graphql-ws', values: memory(stock), unit: 'kB' },
]);
