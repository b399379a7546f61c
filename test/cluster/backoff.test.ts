import { describe, expect, it } from '@jest/globals';
import { backoffMs, pause } from '../../src/cluster/backoff.js';

const waits = (random: () => number) =>
  [1, 2, 3, 4, 5, 6, 7, 1_000].map((failures) => backoffMs(failures, { minMs: 800, maxMs: 30_000, random }));

describe('the wait after a failure', () => {
  it('doubles from its least to half its most, and is spread over as much again', () => {
    expect(waits(() => 0)).toEqual([800, 1_600, 3_200, 6_400, 12_800, 15_000, 15_000, 15_000]);
    expect(waits(() => 0.5)).toEqual([1_200, 2_400, 4_800, 9_600, 19_200, 22_500, 22_500, 22_500]);
  });

  it('ends at once when it is not wanted any more', async () => {
    const abort = new AbortController();
    const waiting = pause(600_000, abort.signal);
    abort.abort();
    await waiting;
    await pause(600_000, abort.signal);
    expect(abort.signal.aborted).toBe(true);
  });
});
