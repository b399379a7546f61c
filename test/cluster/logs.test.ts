import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogLine } from '../../src/cluster/log-place.js';
import { followPodLog } from '../../src/cluster/logs.js';
import type { PodLogNeeds } from '../../src/cluster/logs.js';
import { status } from './api-server.js';
import { eventually } from './eventually.js';
import { serve } from './http-server.js';
import type { ServedConnection } from './http-server.js';
import { LogServer } from './log-server.js';

let server: LogServer;
let served: ServedConnection;
beforeEach(async () => {
  server = new LogServer();
  served = await serve(server.answer);
});
afterEach(async () => {
  await served[Symbol.asyncDispose]();
});

const at = (seconds: number, fraction = 0): string => {
  const whole = new Date(Date.UTC(2026, 10, 25, 9, 0, seconds)).toISOString().slice(0, 19);
  return `${whole}.${String(fraction).padStart(9, '0')}Z`;
};

function open(more: Partial<PodLogNeeds> = {}): AsyncIterable<LogLine> {
  const timing = { minMs: 1, maxMs: 10 };
  return followPodLog(served.connection, { namespace: 'n', podName: 'p', container: 'c', timing, ...more });
}

/** Reads to the end, and shows what has come on the way. */
function reading(lines: AsyncIterable<LogLine>): { seen: LogLine[]; ended: Promise<string[]> } {
  const seen: LogLine[] = [];
  const read = async (): Promise<string[]> => {
    for await (const line of lines) seen.push(line);
    return seen.map(({ text }) => text);
  };
  return { seen, ended: read() };
}

describe('a log', () => {
  it('that is not followed is what is there, then the end', async () => {
    server.write(at(1), 'one');
    server.write(at(1), 'same time');
    server.write(at(2, 5), '  indented');
    const { seen, ended } = reading(open());
    expect(await ended).toEqual(['one', 'same time', '  indented']);
    expect(seen.map(({ time, ordinal }) => [time, ordinal])).toEqual([
      [at(1), 0],
      [at(1), 1],
      [at(2, 5), 0],
    ]);
    expect(Object.fromEntries(server.reads[0] ?? [])).toEqual({ container: 'c', timestamps: 'true', follow: 'false' });
  });

  it('begins so many lines before the end, or at a time', async () => {
    for (const seconds of [1, 2, 3]) server.write(at(seconds), `line ${seconds}`);
    expect(await reading(open({ tailLines: 1 })).ended).toEqual(['line 3']);
    expect(await reading(open({ sinceTime: at(2) })).ended).toEqual(['line 2', 'line 3']);
  });

  it('goes on behind a line that was read before, also among lines of the same time', async () => {
    for (const text of ['a', 'b', 'c']) server.write(at(1), text);
    server.write(at(1, 7), 'd');
    const after = { time: at(1), ordinal: 1 };
    const { seen, ended } = reading(open({ after }));
    expect(await ended).toEqual(['c', 'd']);
    expect(seen[0]).toEqual({ time: at(1), ordinal: 2, text: 'c' });
  });

  it('goes on behind that line though a later one carries an earlier time', async () => {
    for (const [fraction, text] of [
      [1, 'a'],
      [5, 'b'],
      [4, 'c'],
      [6, 'd'],
    ] as const)
      server.write(at(1, fraction), text);
    expect(await reading(open({ after: { time: at(1, 5), ordinal: 0 } })).ended).toEqual(['c', 'd']);
  });

  it('goes on with what is newer when that line was rotated away', async () => {
    server.write(at(1, 1), 'older');
    server.write(at(2), 'newer');
    expect(await reading(open({ after: { time: at(1, 5), ordinal: 0 } })).ended).toEqual(['newer']);
    const { seen, ended } = reading(open({ follow: true, after: { time: at(1, 5), ordinal: 0 } }));
    server.write(at(9), 'much newer');
    await eventually(() => seen.length === 2);
    server.end();
    expect(await ended).toEqual(['newer', 'much newer']);
  });

  it('keeps a character that came in two pieces, and an empty line', async () => {
    const bytes = Buffer.from(`${at(1)} 😀ä\n${at(2)} \n`);
    server.fault = (response) => {
      response.write(bytes.subarray(0, 33), () => void setTimeout(() => response.end(bytes.subarray(33)), 5));
      return true;
    };
    expect(await reading(open()).ended).toEqual(['😀ä', '']);
  });

  it('writes times as UTC with nine decimals, whatever the node writes', async () => {
    server.write('2026-11-25T10:00:01.5+01:00', 'from Berlin');
    const { seen, ended } = reading(open());
    await ended;
    expect(seen[0]?.time).toBe(at(1, 500_000_000));
  });

  it('that cannot be read is an error when it is not followed', async () => {
    server.fault = (response) => (status(response, 500, 'InternalError', 'kubelet is away'), true);
    await expect(reading(open()).ended).rejects.toMatchObject({ status: 500 });
  });
});

describe('a followed log', () => {
  it('comes line by line and ends with its container', async () => {
    const { seen, ended } = reading(open({ follow: true }));
    await eventually(() => server.reads.length === 1);
    server.write(at(1), 'one');
    await eventually(() => seen.length === 1);
    server.write(at(2), 'two');
    server.end();
    expect(await ended).toEqual(['one', 'two']);
  });

  it('repeats and loses no line when it is broken off again and again', async () => {
    const { ended } = reading(open({ follow: true }));
    const written: string[] = [];
    for (let index = 0; index < 120; index += 1) {
      // Three seconds, a few equal times each.
      server.write(at(Math.floor(index / 40), Math.floor(index / 3)), `line ${index}`);
      written.push(`line ${index}`);
      if (index % 7 === 0) await new Promise((resolve) => void setTimeout(resolve, 2));
      if (index % 10 === 0) server.breakOff();
    }
    server.end();
    expect(await ended).toEqual(written);
    expect(server.reads.length).toBeGreaterThan(2);
  });

  it('takes a line that was cut off only when it is whole', async () => {
    server.write(at(1), 'first');
    server.write(at(1, 1), 'second');
    server.fault = (response, read) => {
      if (read > 1) return false;
      response.write(`${at(1)} first\n${at(1, 1)} sec`, () => response.destroy());
      return true;
    };
    const { ended } = reading(open({ follow: true }));
    await eventually(() => server.reads.length === 2);
    server.end();
    expect(await ended).toEqual(['first', 'second']);
  });

  it('waits for a container that has not started', async () => {
    server.state = undefined;
    const { ended } = reading(open({ follow: true }));
    await eventually(() => server.reads.length >= 2);
    server.state = { running: {} };
    server.write(at(1), 'hello');
    server.end();
    expect(await ended).toEqual(['hello']);
  });

  it('ends without a line when its container never started, and fails when its pod is gone', async () => {
    server.state = undefined;
    const never = reading(open({ follow: true }));
    await eventually(() => server.reads.length >= 1);
    server.phase = 'Failed';
    expect(await never.ended).toEqual([]);

    server.isDeleted = true;
    await expect(reading(open({ follow: true })).ended).rejects.toMatchObject({ status: 404 });
  });

  it('says where lines were rotated away while it was broken off, and nowhere else', async () => {
    const seen: LogLine[] = [];
    const ended = (async () => {
      for await (const line of open({ follow: true })) seen.push(line);
    })();
    server.write(at(1), 'one');
    server.write(at(2), 'two');
    await eventually(() => seen.length === 2);
    server.breakOff();
    await eventually(() => server.reads.length >= 2);
    server.write(at(3), 'three');
    await eventually(() => seen.length === 3);
    server.lines.splice(0);
    server.lines.push(`${at(5)} five\n`);
    server.breakOff();
    await eventually(() => seen.length === 4);
    server.end();
    await ended;
    expect(seen.map(({ text, afterLoss }) => [text, afterLoss])).toEqual([
      ['one', undefined],
      ['two', undefined],
      ['three', undefined],
      ['five', true],
    ]);
  });

  it('outlives a server that fails, but not one that forbids', async () => {
    server.fault = (response, read) => read < 3 && (status(response, 500, 'InternalError', 'etcd'), true);
    const { ended } = reading(open({ follow: true }));
    await eventually(() => server.reads.length === 3);
    server.write(at(1), 'after all');
    server.end();
    expect(await ended).toEqual(['after all']);

    server.fault = (response) => (status(response, 403, 'Forbidden', 'pods/log is forbidden'), true);
    await expect(reading(open({ follow: true })).ended).rejects.toMatchObject({ status: 403 });
  });

  it('is left at once while nothing comes, and ends by its signal without an error', async () => {
    const lines = open({ follow: true })[Symbol.asyncIterator]();
    const parked = lines.next();
    await eventually(() => server.reads.length === 1);
    expect(await lines.return?.()).toEqual({ done: true, value: undefined });
    expect(await parked).toEqual({ done: true, value: undefined });

    const abort = new AbortController();
    const { ended } = reading(open({ follow: true, signal: abort.signal }));
    await eventually(() => server.reads.length === 2);
    abort.abort();
    expect(await ended).toEqual([]);
  });
});
