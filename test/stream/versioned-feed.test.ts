import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLiveStore } from '../../src/stream/live-store.js';
import { feedVersioned, type VersionedFact } from '../../src/stream/versioned-feed.js';

interface Thing {
  readonly version: number;
}

/** A database: what it holds, and who is told of its changes. Lists go on when they are let. */
function createWorld() {
  const rows = new Map<string, Thing>();
  const listeners = new Set<(fact: VersionedFact<Thing>) => void>();
  const gates: (() => void)[] = [];
  let version = 0;
  const tell = (fact: VersionedFact<Thing>) => listeners.forEach((listener) => listener(fact));
  return {
    rows,
    tell,
    put(key: string) {
      const object = { version: (version += 1) };
      rows.set(key, object);
      tell({ type: 'put', key, object });
    },
    drop(key: string) {
      if (rows.delete(key)) tell({ type: 'gone', key });
    },
    open: () => gates.splice(0).forEach((gate) => gate()),
    source: {
      async *list() {
        for (const entry of Array.from(rows)) {
          await new Promise<void>((resolve) => gates.push(resolve));
          yield entry;
        }
      },
      subscribe(listener: (fact: VersionedFact<Thing>) => void) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      onError: () => undefined,
    },
  };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ step: fc.constant('put' as const), key: fc.constantFrom('a', 'b', 'c', 'd') }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ step: fc.constant('drop' as const), key: fc.constantFrom('a', 'b', 'c', 'd') }),
    },
    { weight: 3, arbitrary: fc.record({ step: fc.constant('open' as const), key: fc.constant('') }) },
    { weight: 1, arbitrary: fc.record({ step: fc.constant('lost' as const), key: fc.constant('') }) },
  ),
  { maxLength: 30 },
);

describe('a feed of versioned objects', () => {
  it('ends in what the source holds, and never shows an older version after a newer one', async () => {
    const property = fc.asyncProperty(steps, async (all) => {
      const world = createWorld();
      for (const key of ['a', 'b']) world.put(key);
      const store = createLiveStore<Thing>();
      const newest = new Map<string, number>();
      store.onChange(({ key, object }) => {
        if (!object) return;
        expect(object.version).toBeGreaterThan(newest.get(key) ?? 0);
        newest.set(key, object.version);
      });
      const stop = feedVersioned(store, world.source);
      for (const { step, key } of all) {
        if (step === 'put') world.put(key);
        else if (step === 'drop') world.drop(key);
        else if (step === 'lost') world.tell({ type: 'lost' });
        else world.open();
        await turn();
      }
      for (let n = 0; n < 12; n += 1) {
        world.open();
        await turn();
      }
      expect(store.synced).toBe(true);
      expect(new Map(store.entries())).toEqual(world.rows);
      stop();
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it('lists again until it works', async () => {
    let lists = 0;
    const errors: unknown[] = [];
    const store = createLiveStore<Thing>();
    const stop = feedVersioned<Thing>(store, {
      async *list() {
        if ((lists += 1) === 1) throw new Error('down');
        yield ['a', { version: 1 }];
      },
      subscribe: () => () => undefined,
      onError: (error) => errors.push(error),
    });
    await store.whenSynced();
    stop();
    expect(errors).toMatchObject([{ message: 'down' }]);
    expect([...store.entries()]).toEqual([['a', { version: 1 }]]);
  });
});
