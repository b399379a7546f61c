import { measure } from './support/processes.js';
import { ratios, report } from './support/table.js';
import type { Heaps } from './support/cache-client.js';

/** Heap of 50,000 pods as they are kept: trimmed in our store, whole as client-node's informer keeps them. */
const pods = 50_000;
const rounds = 5;

const { ours, theirs } = await measure<Heaps>('cache-client', [String(pods), String(rounds)]);
report(`cache: ${pods} pods, ${rounds} rounds A B A B`, [
  { what: 'heap, ours', values: ours, atMost: 60, unit: 'MB' },
  { what: 'heap, client-node', values: theirs, unit: 'MB' },
  { what: 'ours / client-node', values: ratios(ours, theirs), unit: 'x' },
]);
