import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database } from '../../src/store/database.js';
import { createPodLogs, type ArchivedLine, type ArchivedPod, type PodLogs } from '../../src/store/pod-logs.js';
import { openTestDatabase } from '../support/database.js';

const at = (n: number): string => `2026-11-25T10:00:${String(n).padStart(2, '0')}.000000000Z`;
const line = (n: number, more: Partial<ArchivedLine> = {}): ArchivedLine => ({
  time: at(n),
  ordinal: 0,
  text: `line ${n} é`,
  ...more,
});

const empty = (podId: string): ArchivedPod => ({
  podId,
  podName: `name-${podId}`,
  experimentId: 'e',
  next: 0,
  last: undefined,
  newest: '',
  whole: false,
});

describe('the archive of pod logs', () => {
  let database: Database;
  let logs: PodLogs;
  beforeAll(async () => {
    database = await openTestDatabase();
    logs = createPodLogs(database);
  }, 60_000);
  afterAll(async () => database[Symbol.asyncDispose]());

  const texts = async (...args: Parameters<PodLogs['read']>): Promise<string[]> => {
    const found: string[] = [];
    for await (const { text } of logs.read(...args)) found.push(text.replace(' é', ''));
    return found;
  };

  it('keeps of two who append at the same place only one', async () => {
    const tries = Array.from({ length: 8 }, () => logs.append(empty('a'), [line(1), line(2)], { whole: false }));
    const kept = (await Promise.all(tries)).filter((head) => head !== undefined);
    expect(kept).toHaveLength(1);
    expect(await texts('a')).toEqual(['line 1', 'line 2']);
    expect(await logs.get('a')).toEqual({ ...empty('a'), next: 1, last: { time: at(2), ordinal: 0 }, newest: at(2) });
  });

  it('goes on behind a line, also where a later line carries an earlier time', async () => {
    const one = await logs.append(empty('b'), [line(1), line(5), line(3)], { whole: false });
    const two = await logs.append(one ?? empty('b'), [line(4), line(4, { ordinal: 1, text: 'again' })], {
      whole: false,
    });
    await logs.append(two ?? empty('b'), [line(6)], { whole: true });
    expect(await texts('b', { after: line(3) })).toEqual(['line 4', 'again', 'line 6']);
    expect(await texts('b', { after: line(4) })).toEqual(['again', 'line 6']);
    expect(await texts('b', { after: line(6) })).toEqual([]);
    expect(await texts('b', { since: at(6) })).toEqual(['line 6']);
    expect((await logs.get('b'))?.whole).toBe(true);
  });

  it('knows a time from which on it has at least so many of the last lines', async () => {
    for (const [count, least] of [
      [1, 1],
      [2, 2],
      [100, 6],
    ] as const) {
      const since = await logs.startOfTail('b', count);
      expect((await texts('b', { since })).length).toBeGreaterThanOrEqual(least);
    }
  });

  it('names the pods of an experiment', async () => {
    expect((await logs.ofExperiment('e')).map(({ podName }) => podName).sort()).toEqual(['name-a', 'name-b']);
    expect(await logs.ofExperiment('other')).toEqual([]);
    expect(await logs.get('other')).toBeUndefined();
  });
});
