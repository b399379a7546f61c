import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLiveStore } from '../../src/stream/live-store.js';
import type { LiveStore } from '../../src/stream/live-store.js';
import { SetClient } from './set-client.js';
import type { Thing } from './set-client.js';

const key = fc.integer({ min: 0, max: 5 });
const store = fc.constantFrom('a' as const, 'b' as const);
const thing = fc.record({ key, group: fc.constantFrom('ours' as const, 'theirs' as const), value: fc.nat({ max: 3 }) });

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('put' as const), store, thing }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('gone' as const), store, key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('relist' as const), store, things: fc.array(thing) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('half relist' as const), store, things: fc.array(thing) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('pull' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('reconnect' as const), losing: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('down' as const), store }) },
);

it('ends every client in what the stores include, whatever the order of changes, pulls and reconnects', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 3 }),
      fc.boolean(),
      async (steps, partSize, tombstones, answered) => {
        const stores = { a: createLiveStore<Thing>({ tombstones }), b: createLiveStore<Thing>({ tombstones }) };
        if (answered) for (const each of Object.values(stores)) each.apply({ type: 'synced' });
        const client = new SetClient(stores, partSize);
        for (const one of steps) {
          if (one.type === 'pull') await client.pull();
          else if (one.type === 'reconnect') await client.reconnect(one.losing);
          else apply(stores[one.store], one.store, one);
        }
        for (const each of Object.values(stores)) each.apply({ type: 'synced' });
        await client.pullAll();

        const wanted = Object.values(stores).flatMap((each) =>
          [...each.values()].filter(({ group }) => group === 'ours'),
        );
        expect(new Map(client.held)).toEqual(new Map(wanted.map((each) => [each.id, each])));
        expect(client.messages.at(-1)?.synced).toBe(true);
        await client.close();
      },
    ),
    { numRuns: 300 },
  );
});

interface Step {
  readonly type: string;
  readonly key?: number;
  readonly thing?: RawThing;
  readonly things?: readonly RawThing[];
}

interface RawThing {
  readonly key: number;
  readonly group: Thing['group'];
  readonly value: number;
}

function apply(to: LiveStore<Thing>, name: string, { type, key: number = 0, thing: one, things = [] }: Step): void {
  const put = (raw: RawThing): void => {
    const id = `${name}${raw.key}`;
    to.apply({ type: 'put', key: id, object: { id, group: raw.group, value: raw.value } });
  };
  if (type === 'down') return to.setFreshness({ asOf: 1, staleSince: 2, reason: 'down' });
  if (type === 'gone') return to.apply({ type: 'gone', key: `${name}${number}` });
  if (one) return put(one);
  to.apply({ type: 'reset' });
  things.forEach(put);
  if (type === 'relist') to.apply({ type: 'synced' });
}
