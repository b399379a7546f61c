import { measure, withServer } from './support/processes.js';
import { ratios, report } from './support/table.js';
import type { SyncCost } from './support/sync-client.js';

/** First sync of 50,000 pods over HTTP, each in a fresh process: time, memory and the longest block of the event loop. */
const pods = 50_000;
const rounds = 5;
const ways = ['pages', 'watchList', 'client-node'] as const;

const costs = new Map<string, SyncCost[]>(ways.map((way) => [way, []]));
await withServer(pods, async (kubeconfig) => {
  for (let round = 0; round < rounds; round += 1) {
    for (const way of ways) costs.get(way)?.push(await measure<SyncCost>('sync-client', [kubeconfig, way]));
  }
});
const of = (way: (typeof ways)[number], field: keyof SyncCost): number[] =>
  (costs.get(way) ?? []).map((cost) => cost[field]);
report(`sync: first list of ${pods} pods, ${rounds} rounds in turn`, [
  {
    what: 'time, pages / client-node',
    values: ratios(of('pages', 'seconds'), of('client-node', 'seconds')),
    atMost: 0.4,
    unit: 'x',
  },
  {
    what: 'RSS, pages / client-node',
    values: ratios(of('pages', 'rssMb'), of('client-node', 'rssMb')),
    atMost: 0.2,
    unit: 'x',
  },
  { what: 'longest block, pages', values: of('pages', 'blockMs'), atMost: 100, unit: 'ms' },
  ...ways.flatMap((way) => [
    { what: `${way}: time`, values: of(way, 'seconds'), unit: 's' },
    { what: `${way}: CPU, user`, values: of(way, 'user'), unit: 's' },
    { what: `${way}: CPU, system`, values: of(way, 'system'), unit: 's' },
    { what: `${way}: growth of RSS`, values: of(way, 'rssMb'), unit: 'MB' },
    { what: `${way}: longest block`, values: of(way, 'blockMs'), unit: 'ms' },
  ]),
  { what: 'pods missing, pages', values: of('pages', 'size').map((size) => pods - size), atMost: 0, unit: '' },
  { what: 'pods missing, watchList', values: of('watchList', 'size').map((size) => pods - size), atMost: 0, unit: '' },
]);
