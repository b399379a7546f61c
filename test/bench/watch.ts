import { measure, withServer } from './support/processes.js';
import { ratios, report } from './support/table.js';
import type { WatchCosts } from './support/watch-client.js';

/** CPU per watch event: our reflector with decoding and trimming, against client-node's Watch, in one process in turn. */
const events = 30_000;
const rounds = 5;

const { ours, theirs } = await withServer(2_000, (kubeconfig) =>
  measure<WatchCosts>('watch-client', [kubeconfig, String(events), String(rounds)]),
);
const total = (all: WatchCosts['ours']): number[] => all.map(({ user, system }) => user + system);
report(`watch: ${events} pod events, ${rounds} rounds A B A B`, [
  {
    what: 'CPU per event, ours / client-node Watch',
    values: ratios(total(ours), total(theirs)),
    atMost: 0.55,
    unit: 'x',
  },
  { what: 'ours, user', values: ours.map(({ user }) => user), unit: 'us' },
  { what: 'ours, system', values: ours.map(({ system }) => system), unit: 'us' },
  { what: 'client-node, user', values: theirs.map(({ user }) => user), unit: 'us' },
  { what: 'client-node, system', values: theirs.map(({ system }) => system), unit: 'us' },
  { what: 'events lost, ours', values: ours.map(({ lost }) => lost), atMost: 0, unit: '' },
  { what: 'events lost, client-node', values: theirs.map(({ lost }) => lost), unit: '' },
]);
