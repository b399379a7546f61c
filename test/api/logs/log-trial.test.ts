import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cluster/eventually.js';
import { at, openLogWorld, readAll, readLines } from './log-world.js';
import type { LogWorld } from './log-world.js';

describe('the log of a trial', () => {
  let world: LogWorld;
  beforeEach(async () => void (world = await openLogWorld()));
  afterEach(async () => world[Symbol.asyncDispose]());
  const now = { experimentId: 'e', trialIndex: 1, follow: false };
  const follow = { ...now, follow: true };
  const fromStart = 'The pod is gone; this is the log that was kept, from its start.';

  it('is what pods wrote for it, over all attempts', async () => {
    world.trial(1, { podId: 'uid-b', attempt: 2 });
    world.pod('a', 'Running', [
      [at(1), '#1.1 out: first'],
      [at(2), '#11.1 out: other'],
    ]);
    world.pod('b', 'Running', [
      [at(3), '#1.2 err: second'],
      [at(4), 'runner: words'],
    ]);
    const { texts, messages } = await readAll(world.reader.open(now));
    expect(texts).toEqual(['first', 'second']);
    expect(messages.at(-1)?.ended).toBe(true);
    expect((await readAll(world.reader.open({ ...now, tail: 1 }))).texts).toEqual(['second']);
    expect((await readAll(world.reader.open({ ...now, podId: 'uid-a' }))).texts).toEqual(['first']);
  });

  it('is read only from the pod that ran it when there was no other', async () => {
    world.trial(1, { podId: 'uid-a', phase: 'SUCCEEDED' });
    world.pod('a', 'Running', [[at(1), '#1.1 out: one']]);
    world.pod('b', 'Running', [[at(1), '#2.1 out: other']]);
    expect((await readAll(world.reader.open(now))).texts).toEqual(['one']);
    expect(world.requests.filter((request) => request.startsWith('b'))).toEqual([]);
  });

  it('is followed through a second attempt in another pod until the trial has ended, though its pod goes on', async () => {
    const stream = await world.reader.open(follow);
    const read = readLines(stream, 2);
    world.pod('a', 'Running', [[at(1), '#1.1 out: one']]);
    world.trial(1, { podId: 'uid-a' });
    await eventually(() => world.following() === 1);
    world.remove('a');
    world.trial(1, { phase: 'WAITING' });
    world.pod('b', 'Running', [[at(2), '#0.1 out: other']]);
    world.trial(1, { attempt: 2, podId: 'uid-b' });
    await eventually(() => world.following() === 1);
    world.write('b', [at(3), '#1.2 out: two']);
    expect((await read).texts).toEqual(['one', 'two']);
    world.write('b', [at(4), '#1.2 out: three'], [at(5), '#3.1 out: the next']);
    world.trial(1, { attempt: 2, podId: 'uid-b', phase: 'SUCCEEDED' });
    const rest = await readAll(Promise.resolve(stream));
    expect(rest.texts).toEqual(['three']);
    expect(rest.messages.at(-1)?.ended).toBe(true);
    await eventually(() => world.following() === 0);
  });

  it('is the one that was kept when its pod is gone, with ids of its own, and goes on in it', async () => {
    world.trial(1, { podId: 'uid-a', phase: 'SUCCEEDED', attempt: 3, finishedAt: '2026-11-25T10:00:09.000Z' });
    const lines = Array.from({ length: 1100 }, (_, n) => `ж ${n} 🦊`);
    world.kept.set('1.3', lines.join('\n'));
    const { texts, gaps, messages, lines: read } = await readAll(world.reader.open(follow));
    expect(texts).toEqual(lines);
    expect(gaps).toEqual([]);
    expect(read[1]).toEqual({
      id: 'e-1.3/2',
      time: '2026-11-25T10:00:09.000Z',
      text: 'ж 1 🦊',
      podId: 'uid-a',
      container: 'runner',
      trialIndex: 1,
      stream: 'STDOUT',
    });
    const rest = await readAll(world.reader.open({ ...now, after: messages[0]?.cursor ?? '' }));
    expect(rest.texts).toEqual(lines.slice(500));
    expect(rest.gaps).toEqual([]);
    expect((await readAll(world.reader.open({ ...now, tail: 2 }))).texts).toEqual(lines.slice(-2));
  });

  it('says so when it goes on in the kept log after lines of a pod', async () => {
    world.trial(1, { podId: 'uid-a' });
    world.pod('a', 'Running', [[at(1), '#1.1 out: one']]);
    const { cursor } = await readAll(world.reader.open(now));
    world.remove('a');
    world.trial(1, { podId: 'uid-a', phase: 'FAILED' });
    world.kept.set('1.1', 'one\ntwo\n');
    const resumed = await readAll(world.reader.open({ ...now, after: cursor }));
    expect(resumed.gaps).toEqual([fromStart]);
    expect(resumed.texts).toEqual(['one', 'two']);
    const again = await readAll(world.reader.open({ ...now, after: resumed.cursor }));
    expect([again.gaps, again.texts]).toEqual([[], []]);
  });

  it('changes to the kept log when the pod goes while it is followed', async () => {
    world.trial(1, { podId: 'uid-a' });
    world.pod('a', 'Running', [[at(1), '#1.1 out: one']]);
    const stream = await world.reader.open(follow);
    expect((await readLines(stream, 1)).texts).toEqual(['one']);
    world.remove('a');
    world.kept.set('1.1', 'one\ntwo\n');
    world.trial(1, { podId: 'uid-a', phase: 'TIMED_OUT' });
    const rest = await readAll(Promise.resolve(stream));
    expect(rest.gaps).toEqual([fromStart]);
    expect(rest.texts).toEqual(['one', 'two']);
  });

  it('is the kept one when its node has dropped its lines', async () => {
    world.trial(1, { podId: 'uid-a', phase: 'SUCCEEDED' });
    world.pod('a', 'Running', [[at(9), '#70.1 out: much later']]);
    world.kept.set('1.1', 'kept\n');
    expect((await readAll(world.reader.open(now))).texts).toEqual(['kept']);
  });

  it('that is lost altogether is said to be', async () => {
    world.trial(1, { podId: 'uid-a', phase: 'CANCELLED' });
    const ended = await readAll(world.reader.open(now));
    expect(ended.gaps).toEqual(['The pod is gone, and no log of this trial was kept.']);
    world.trial(1, { podId: 'uid-a', phase: 'RUNNING' });
    const running = await readAll(world.reader.open(now));
    expect(running.gaps).toEqual(['The pod is gone, and the log of this trial with it.']);
  });

  it('of a trial that will never run ends', async () => {
    const read = readAll(world.reader.open(follow));
    world.experiment.phase = 'CANCELLED';
    expect((await read).messages).toMatchObject([{ lines: [], ended: true }]);
  });
});
