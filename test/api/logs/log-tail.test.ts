import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LogEntry } from '../../../src/api/logs/log-entry.js';
import { mergeByTime } from '../../../src/api/logs/log-merge.js';
import { tailOf } from '../../../src/api/logs/log-tail.js';

function entry(source: string, time: string, place: number, text?: string): LogEntry {
  const line = { id: `${place}`, time, text: text ?? '', podId: source, container: 'c', stream: 'STDOUT' } as const;
  return { source, time, place, ...(text !== undefined && { line }) };
}

async function* from<T>(all: readonly T[]): AsyncGenerator<T> {
  for (const one of all) yield one;
}

describe('merged logs', () => {
  it('are in time order when each is, and keep the order of each always', async () => {
    const log = fc.array(fc.nat(9), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.array(log, { maxLength: 6 }), fc.boolean(), async (times, isSorted) => {
        const logs = times.map((all, source) =>
          (isSorted ? all.toSorted((a, b) => a - b) : all).map((time, place) => entry(`${source}`, `${time}`, place)),
        );
        const merged: LogEntry[] = [];
        for await (const one of mergeByTime(logs.map((own) => from(own)))) merged.push(one);
        for (const [source, own] of logs.entries()) {
          expect(merged.filter((one) => one.source === `${source}`)).toEqual(own);
        }
        if (isSorted) expect(merged.map(({ time }) => time)).toEqual(times.flat().sort().map(String));
      }),
    );
  });
});

describe('a tail', () => {
  it('holds the last lines, and how far each log was read before and after them', async () => {
    const all = [
      entry('a', '1', 0, 'one'),
      entry('b', '2', 0),
      entry('a', '3', 1, 'three'),
      entry('c', '4', 0, 'four'),
      entry('a', '5', 2),
    ];
    const { entries, isCut } = await tailOf(from(all), 2);
    expect(entries.flatMap(({ line }) => (line ? [line.text] : []))).toEqual(['three', 'four']);
    expect(new Map(entries.map(({ source, place }) => [source, place]))).toEqual(
      new Map([
        ['a', 2],
        ['b', 0],
        ['c', 0],
      ]),
    );
    expect(isCut).toBe(false);
  });

  it('is cut when its lines are too long, and says so', async () => {
    const all = Array.from({ length: 100 }, (_, n) => entry('a', '1', n, 'x'.repeat(100)));
    const { entries, isCut } = await tailOf(from(all), 90, 1000);
    expect(entries.filter(({ line }) => line).map(({ place }) => place)).toEqual([
      90, 91, 92, 93, 94, 95, 96, 97, 98, 99,
    ]);
    expect(isCut).toBe(true);
  });

  it('of many lines holds no more than was asked for', async () => {
    const all = Array.from({ length: 10_000 }, (_, n) => entry('a', '1', n, 'x'));
    const { entries, isCut } = await tailOf(from(all), 10);
    expect(entries.filter(({ line }) => line).map(({ place }) => place)).toEqual(
      all.slice(-10).map(({ place }) => place),
    );
    expect(isCut).toBe(false);
  });
});
