import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogLine } from '../../src/cluster/log-place.js';
import { createSharedLogs, type SharedLogs } from '../../src/cluster/shared-logs.js';
import type { PodLogNeeds } from '../../src/cluster/logs.js';
import { eventually } from './eventually.js';
import { serve, type ServedConnection } from './http-server.js';
import { LogServer } from './log-server.js';

let server: LogServer;
let served: ServedConnection;
let logs: SharedLogs;
beforeEach(async () => {
  server = new LogServer();
  served = await serve(server.answer);
  logs = createSharedLogs(served.connection);
});
afterEach(async () => {
  await served[Symbol.asyncDispose]();
});

const at = (second: number) =>
  `2026-11-25T09:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}.000000000Z`;

function follow(more: Partial<PodLogNeeds> = {}): { seen: LogLine[]; ended: Promise<string[]>; leave: () => void } {
  const seen: LogLine[] = [];
  const stop = new AbortController();
  const timing = { minMs: 1, maxMs: 10 };
  const lines = logs.follow({ namespace: 'n', podName: 'p', container: 'c', timing, signal: stop.signal, ...more });
  const read = async () => {
    for await (const line of lines) seen.push(line);
    return seen.map(({ text }) => text);
  };
  return { seen, ended: read(), leave: () => stop.abort() };
}

const follows = () => server.reads.filter((read) => read.get('follow') === 'true').length;

describe('a log that many follow', () => {
  it('is read over one connection, and everybody gets every line once', async () => {
    for (let n = 0; n < 5; n += 1) server.write(at(n), `line ${n}`);
    const readers = Array.from({ length: 1000 }, () => follow());
    await eventually(() => readers.every(({ seen }) => seen.length === 5));
    for (let n = 5; n < 10; n += 1) server.write(at(n), `line ${n}`);
    await eventually(() => readers.every(({ seen }) => seen.length === 10));
    expect(follows()).toBe(1);
    expect(logs.size).toBe(1);
    server.end();
    const expected = Array.from({ length: 10 }, (_, n) => `line ${n}`);
    for (const { ended } of readers) expect(await ended).toEqual(expected);
    await eventually(() => logs.size === 0);
  });

  it('gives a reader that comes from further back, or begins later, exactly its lines', async () => {
    for (let n = 0; n < 2500; n += 1) server.write(at(n), `line ${n}`);
    const first = follow();
    await eventually(() => first.seen.length === 2500);
    const [, , third] = first.seen;
    const back = follow({ after: third });
    const late = follow({ sinceTime: '2026-11-25T09:41:00Z' });
    const newest = follow({ after: first.seen.at(-1) });
    await eventually(() => back.seen.length === 2497 && late.seen.length === 40);
    server.write(at(2500), 'the last');
    await eventually(() => newest.seen.length === 1);
    server.end();
    expect((await back.ended).length).toBe(2498);
    expect(new Set(back.seen.map(({ text }) => text)).size).toBe(2498);
    expect((await late.ended)[0]).toBe('line 2460');
    expect(late.seen).toHaveLength(41);
    expect(await newest.ended).toEqual(['the last']);
    expect(follows()).toBeLessThanOrEqual(2);
  });

  it('is let go with the last who leaves, and opened anew for the next', async () => {
    server.write(at(1), 'one');
    const first = follow();
    const second = follow();
    await eventually(() => first.seen.length + second.seen.length === 2);
    first.leave();
    expect(await first.ended).toEqual(['one']);
    expect(logs.size).toBe(1);
    second.leave();
    await second.ended;
    await eventually(() => logs.size === 0);
    const third = follow();
    await eventually(() => third.seen.length === 1);
    server.end();
    expect(await third.ended).toEqual(['one']);
  });

  it('that is still empty is followed by readers that began differently', async () => {
    const all = follow();
    const late = follow({ sinceTime: '2026-11-25T09:00:30Z' });
    await eventually(() => follows() === 1 && server.reads.length >= 2);
    server.write(at(40), 'first');
    await eventually(() => all.seen.length === 1 && late.seen.length === 1);
    server.end();
    expect(await all.ended).toEqual(['first']);
    expect(await late.ended).toEqual(['first']);
  });
});
