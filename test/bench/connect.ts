import { idleRounds } from './support/fan.js';
import { ratios, report } from './support/table.js';

/** 2,000 clients that connect, introduce themselves and subscribe: CPU of the server for each. */
const table = await idleRounds(['ours', 'raw', 'graphql-ws', 'ours-empty'], 5, 2_000);
const { ours, raw, 'graphql-ws': stock, 'ours-empty': empty } = table;
const cpu = (all: readonly { readonly connecting: number }[]) => all.map(({ connecting }) => connecting);

report('connect: CPU per connection with its subscription, 2,000 of them', [
  { what: 'ours / raw ws', values: ratios(cpu(ours), cpu(raw)), atMost: 1.4, unit: 'x' },
  { what: 'ours / graphql-ws', values: ratios(cpu(ours), cpu(stock)), atMost: 0.4, unit: 'x' },
  { what: 'ours with an empty set / raw ws', values: ratios(cpu(empty), cpu(raw)), unit: 'x' },
  { what: 'ours with an empty set / graphql-ws', values: ratios(cpu(empty), cpu(stock)), unit: 'x' },
  { what: 'ours', values: cpu(ours), unit: 'us' },
  { what: 'raw ws', values: cpu(raw), unit: 'us' },
  { what: 'graphql-ws', values: cpu(stock), unit: 'us' },
]);
