import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cluster/eventually.js';
import type { ArchivedPod } from '../../../src/store/pod-logs.js';
import { at, openLogWorld, readAll, readLines } from './log-world.js';
import type { LogWorld } from './log-world.js';

describe('the log of a pod that is gone', () => {
  let world: LogWorld;
  beforeEach(async () => void (world = await openLogWorld({ archives: true })));
  afterEach(async () => world[Symbol.asyncDispose]());
  const now = { experimentId: 'e', follow: false };
  const archived = async (name: string, wanted: (pod: ArchivedPod) => boolean): Promise<void> => {
    const deadline = Date.now() + 10_000;
    for (let pod: ArchivedPod | undefined; !pod || !wanted(pod); pod = await world.podLogs.get(`uid-${name}`)) {
      if (Date.now() > deadline) throw new Error(`The log of ${name} was not archived.`);
      await new Promise(setImmediate);
    }
  };
  const isWhole = (name: string): Promise<void> => archived(name, ({ whole }) => whole);
  const three = [
    [at(1), '#1.1 out: one'],
    [at(3), '#2.1 out: three'],
    [at(3), '#1.1 err: and again'],
  ] as const;

  it('stays readable, with its own times, merged with those that live', async () => {
    world.pod('a', 'Running', three);
    world.pod('b', 'Running', [[at(2), 'runner: two']]);
    const before = await readAll(world.reader.open(now));
    world.become('a', 'Succeeded');
    await isWhole('a');
    world.remove('a');
    const after = await readAll(world.reader.open(now));
    expect(after.texts).toEqual(['one', 'two', 'three', 'and again']);
    expect(after.lines).toEqual(before.lines);
    expect(after.gaps).toEqual([]);
    const pod = { ...now, podId: 'uid-a' };
    expect((await readAll(world.reader.open({ ...pod, tail: 2 }))).texts).toEqual(['three', 'and again']);
    expect((await readAll(world.reader.open({ ...pod, trialIndex: 2 }))).texts).toEqual(['three']);
    expect((await readAll(world.reader.open({ ...pod, follow: true }))).texts).toEqual(['one', 'three', 'and again']);
  });

  it('goes on at the next line for a cursor that was taken while it lived, and once read is not told again', async () => {
    world.pod('a', 'Running', three.slice(0, 1));
    const { cursor } = await readAll(world.reader.open(now));
    world.write('a', ...three.slice(1));
    world.become('a', 'Succeeded');
    await isWhole('a');
    world.remove('a');
    const rest = await readAll(world.reader.open({ ...now, after: cursor }));
    expect([rest.texts, rest.gaps]).toEqual([['three', 'and again'], []]);
    const none = await readAll(world.reader.open({ ...now, after: rest.cursor }));
    expect([none.texts, none.gaps]).toEqual([[], []]);
  });

  it('has what somebody followed, and says once that it has no end', async () => {
    world.pod('a', 'Running', three);
    const stream = await world.reader.open({ ...now, follow: true });
    await readLines(stream, 3);
    await archived('a', ({ last }) => last?.ordinal === 1);
    await stream.return?.();
    world.remove('a');
    const read = await readAll(world.reader.open(now));
    expect(read.texts).toEqual(['one', 'three', 'and again']);
    expect(read.gaps).toEqual(['The pod a is gone, and with it what it wrote after what was read.']);
    expect((await readAll(world.reader.open({ ...now, after: read.cursor }))).gaps).toEqual([]);
  });

  it('is for a trial what the pod wrote for it; what was kept counts only where the archive has no end', async () => {
    world.trial(1, { podId: 'uid-a', phase: 'SUCCEEDED' });
    world.kept.set('1.1', 'one\nand again\nat last\n');
    world.pod('a', 'Running', three);
    const stream = await world.reader.open({ ...now, follow: true });
    await readLines(stream, 3);
    await archived('a', ({ last }) => last?.ordinal === 1);
    world.become('a', 'Succeeded');
    await isWhole('a');
    await stream.return?.();
    world.remove('a');
    const own = await readAll(world.reader.open({ ...now, trialIndex: 1 }));
    expect(own.lines.map(({ text, stream: from }) => [text, from])).toEqual([
      ['one', 'STDOUT'],
      ['and again', 'STDERR'],
    ]);
    world.trial(3, { podId: 'uid-never', phase: 'SUCCEEDED' });
    world.kept.set('3.1', 'kept\n');
    expect((await readAll(world.reader.open({ ...now, trialIndex: 3 }))).texts).toEqual(['kept']);
  });

  it('holds one connection for all who follow it while it is idle, and none for a pod that nobody follows', async () => {
    world.pod('a', 'Running', three);
    world.pod('b', 'Running', three);
    const streams = await Promise.all(
      Array.from({ length: 100 }, () => world.reader.open({ ...now, podId: 'uid-a', follow: true })),
    );
    await Promise.all(streams.map((stream) => readLines(stream, 3)));
    expect(world.following()).toBe(1);
    expect(world.requests.filter((path) => path.startsWith('b'))).toEqual([]);
    for (const stream of streams) await stream.return?.();
    await eventually(() => world.following() === 0);
  });
});
