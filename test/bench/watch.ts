import { measure, withServer } from './support/processes.js';
import { ratios, report } from './support/table.js';
import type { WatchCosts, Way } from './support/watch-client.js';

/**
 * CPU per watch event, in one process in turn: our decoding, from the socket to an object; client-node's
 * Watch, which does the same; our whole reflector, which also trims, shares, compares and tells on.
 */
const events = 30_000;
const rounds = 5;
const ways: readonly Way[] = ['decoding', 'reflector', 'client-node'];

const costs = await withServer(2_000, (kubeconfig) =>
  measure<WatchCosts>('watch-client', [kubeconfig, String(events), String(rounds)]),
);
const total = (way: Way): number[] => costs[way].map(({ user, system }) => user + system);
const against = (way: Way): number[] => ratios(total(way), total('client-node'));
report(`watch: ${events} pod events, ${rounds} rounds in turn`, [
  { what: 'CPU per event, decoding / client-node', values: against('decoding'), atMost: 0.55, unit: 'x' },
  { what: 'CPU per event, reflector / client-node', values: against('reflector'), unit: 'x' },
  ...ways.flatMap((way) => [
    { what: `${way}, user`, values: costs[way].map(({ user }) => user), unit: 'us' },
    { what: `${way}, system`, values: costs[way].map(({ system }) => system), unit: 'us' },
    { what: `${way}, events lost`, values: costs[way].map(({ lost }) => lost), atMost: 0, unit: '' },
  ]),
]);
