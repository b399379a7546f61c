import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { histories, World, type Counts } from './model/history.js';

/** More by the environment: MODEL_HISTORIES=200000. */
const numRuns = Number(process.env.MODEL_HISTORIES ?? 2_000);

it(
  'ends every client in what is true, whatever is changed, deleted, dropped, restarted, forgotten and resumed in whatever order',
  async () => {
    const counts: Counts = { resumed: 0, reset: 0 };
    await fc.assert(
      fc.asyncProperty(histories, async ({ steps, partSize, remembered }) => {
        const world = new World(partSize, remembered, counts);
        for (const [turn, step] of steps.entries()) {
          await world.take(step);
          await world.check(turn);
        }
        const { a, b } = world.sources;
        const truth = new Map([...a.state, ...b.state].filter(([, { group }]) => group === 'ours'));
        expect(await world.settle()).toEqual([truth, truth]);
        await world.close();
      }),
      { numRuns },
    );
    // A server that always began anew would be right as well, and useless.
    expect(counts.resumed).toBeGreaterThan(counts.reset);
  },
  120_000 + numRuns * 20,
);
