import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createClient as createStockClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Trial } from '../../../src/model/trial.js';
import { when } from '../../client/when.js';
import { until } from '../http/ticking-server.js';
import { openBoardWorld, succeeded } from './board-world.js';

let world: Awaited<ReturnType<typeof openBoardWorld>>;
beforeAll(async () => {
  world = await openBoardWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
/** Every test begins without trials, and with a source that answers. */
afterEach(async () => {
  const view = await world.views.acquire('e1');
  for (const { index } of view.store.values()) world.remove(index);
  view.store.setFreshness({ asOf: Date.now() });
  view.release();
});

const indices = ({ trials }: { readonly trials: readonly { readonly index: number }[] }) =>
  trials.map(({ index }) => index);

const score = ({ result }: Trial) => Number(result[0]?.[1]);

interface Message {
  readonly data?: { readonly leaderboard: Record<string, unknown> } | null;
}

/** Subscribes as stock graphql-ws does. */
function subscribed(selection: string, how = '') {
  const stock = createStockClient({
    url: world.server.url.replace('http', 'ws') + '/graphql',
    webSocketImpl: WebSocket,
  });
  const query = `subscription { leaderboard(experimentId: "e1"${how}) { ${selection} } }`;
  const messages = stock.iterate({ query }) as AsyncIterableIterator<Message>;
  return {
    next: async () => (await messages.next()).value.data?.leaderboard,
    async end() {
      await messages.return?.();
      await stock.dispose();
    },
  };
}

describe('leaderboard', () => {
  it('gives the list at once, empty if need be, with the objective and how old it is', async () => {
    for await (const board of world.client.leaderboard({ experimentId: 'e1' })) {
      expect(board).toMatchObject({
        trials: [],
        objective: { column: 'score', goal: 'MAXIMIZE' },
        freshness: { staleSince: null },
      });
      break;
    }
  });

  it('follows better trials, equals by index, and leaves out what does not rank', async () => {
    const { store, ...stream } = world.client.leaderboard({ experimentId: 'e1', top: 3 });
    await when(store, ({ synced }) => synced);
    world.put(succeeded(5, 1), succeeded(4, 1), succeeded(7, 'NaN'), succeeded(8, 9, { phase: 'FAILED' }));
    expect(indices(await when(store, ({ trials }) => trials.length === 2))).toEqual([4, 5]);
    world.put(succeeded(0, 0), succeeded(9, 2));
    const board = await when(store, ({ trials }) => trials.length === 3);
    expect(indices(board)).toEqual([9, 4, 5]);
    expect(board.trials[0]).toMatchObject({
      id: 'e1-9',
      assignment: [{ name: 'x', value: '10' }],
      result: [{ name: 'score', value: '2', number: 2 }],
    });
    await stream.return?.();
  });

  it('sends nothing for trials that do not come to the list', async () => {
    const board = subscribed('trials { index }', ', top: 2');
    expect(await board.next()).toEqual({ trials: [] });
    world.put(succeeded(0, 5), succeeded(1, 4));
    expect(await board.next()).toEqual({ trials: [{ index: 0 }, { index: 1 }] });
    for (let index = 10; index < 60; index += 1) {
      world.put(succeeded(index, index / 100));
      await new Promise(setImmediate);
    }
    world.put(succeeded(2, 6));
    expect(await board.next()).toEqual({ trials: [{ index: 2 }, { index: 0 }] });
    await board.end();
  });

  it('sends nothing when what was selected reads as before, though the list has changed', async () => {
    const board = subscribed('trials { index } freshness { asOf staleSince }', ', top: 2');
    expect(await board.next()).toMatchObject({ trials: [] });
    world.put(succeeded(0, 5), succeeded(1, 4));
    expect(await board.next()).toMatchObject({ trials: [{ index: 0 }, { index: 1 }] });
    for (let better = 10; better < 60; better += 1) {
      world.put(succeeded(0, better));
      world.store().setFreshness({ asOf: Date.now() + better });
      await new Promise(setImmediate);
    }
    world.put(succeeded(1, 100));
    expect(await board.next()).toMatchObject({ trials: [{ index: 1 }, { index: 0 }] });
    await board.end();
  });

  it('is executed and framed once for all who ask the same, and apart for those who ask otherwise', async () => {
    const readers = Array.from({ length: 6 }, (_, index) =>
      subscribed('trials { index }', index < 5 ? '' : ', top: 3'),
    );
    const nextOfAll = () => Promise.all(readers.map((reader) => reader.next()));
    await nextOfAll();
    expect(world.server.counts()).toMatchObject({ subscriptions: 6, groups: 2 });
    for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
    const before = world.executed();
    for (let index = 0; index < 10; index += 1) {
      world.put(succeeded(index, index));
      const boards = await nextOfAll();
      expect(new Set(boards.map((board) => JSON.stringify(board))).size).toBe(index < 3 ? 1 : 2);
    }
    // One list each of at most ten, and at most three: not five of the longer one.
    expect(world.executed() - before).toBe(55 + 27);
    for (const reader of readers) await reader.end();
    await until(() => world.server.counts().subscriptions === 0);
    expect(world.server.counts().groups).toBe(0);
  });

  it('tells a source that is dead, and one that is back, to those who selected that', async () => {
    const watching = subscribed('trials { index } freshness { staleSince reason }');
    const blind = subscribed('...on Leaderboard { trials { index } }');
    const current = { staleSince: null, reason: null };
    expect(await watching.next()).toEqual({ trials: [], freshness: current });
    expect(await blind.next()).toEqual({ trials: [] });
    const staleSince = Date.parse('2026-11-25T12:00:00.000Z');
    world.store().setFreshness({ asOf: staleSince, staleSince, reason: 'The database does not answer.' });
    expect(await watching.next()).toEqual({
      trials: [],
      freshness: { staleSince: '2026-11-25T12:00:00.000Z', reason: 'The database does not answer.' },
    });
    world.store().setFreshness({ asOf: staleSince + 1 });
    expect(await watching.next()).toEqual({ trials: [], freshness: current });
    world.put(succeeded(0, 1));
    expect(await blind.next()).toEqual({ trials: [{ index: 0 }] });
    await watching.end();
    await blind.end();
  });

  it('merges what changes faster than maxRate', async () => {
    const board = subscribed('trials { index }', ', top: 1, maxRate: 20');
    expect(await board.next()).toEqual({ trials: [] });
    const begun = performance.now();
    let messages = 0;
    const reading = (async () => {
      for (;;) {
        const message = await board.next();
        messages += 1;
        if (JSON.stringify(message).includes('"index":199')) return;
      }
    })();
    for (let index = 0; index < 200; index += 1) {
      world.put(succeeded(index, index));
      await new Promise(setImmediate);
    }
    await reading;
    expect(messages).toBeLessThanOrEqual(Math.ceil((performance.now() - begun) / 50) + 1);
    await board.end();
  });

  it('leaves nothing behind when the client has gone', async () => {
    const board = subscribed('trials { index }');
    await board.next();
    expect(world.views.size).toBe(1);
    await board.end();
    await until(() => world.views.size === 0);
  });

  it.each([
    [{ experimentId: 'none' }, 'NOT_FOUND', 'There is no experiment "none".'],
    [{ experimentId: 'plain' }, 'BAD_USER_INPUT', 'The experiment "plain" has no objective'],
    [{ experimentId: 'e1', top: 0 }, 'BAD_USER_INPUT', 'top is 1 to 100; 0 was asked for.'],
    [{ experimentId: 'e1', top: 101 }, 'BAD_USER_INPUT', 'top is 1 to 100; 101 was asked for.'],
    [{ experimentId: 'e1', maxRate: 0 }, 'BAD_USER_INPUT', 'maxRate is more than 0'],
  ])('refuses %j with %s', async (needs, code, message) => {
    await expect(world.client.leaderboard(needs).next()).rejects.toMatchObject({
      message: expect.stringContaining(message),
      errors: [{ extensions: { code } }],
    });
  });

  it('after any history holds what sorting all trials gives', async () => {
    const change = fc.record({
      index: fc.nat({ max: 250 }),
      value: fc.option(fc.nat({ max: 40 }), { nil: undefined }),
    });
    const { store, ...stream } = world.client.leaderboard({ experimentId: 'e1', top: 100 });
    await when(store, ({ synced }) => synced);
    const held = new Map<number, Trial>();
    let round = 0;
    const histories = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 400 }), async (changes) => {
      for (const { index, value } of changes) {
        if (value === undefined) {
          held.delete(index);
          world.remove(index);
        } else {
          const trial = succeeded(index, value);
          held.set(index, trial);
          world.put(trial);
        }
      }
      // A best one that is new each time: once it is seen, everything before it has been told.
      round += 1;
      const last = succeeded(1_000, 1_000 + round);
      held.set(1_000, last);
      world.put(last);
      const expected = [...held.values()].sort((a, b) => score(b) - score(a) || a.index - b.index).slice(0, 100);
      const board = await when(store, ({ trials }) => trials[0]?.result[0]?.value === String(1_000 + round));
      expect(indices(board)).toEqual(expected.map(({ index }) => index));
    });
    await fc.assert(histories, { numRuns: 60 });
    await stream.return?.();
  });
});
