import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { at, openLogWorld, readAll } from './log-world.js';
import type { LogWorld } from './log-world.js';

describe('what is there of an experiment', () => {
  let world: LogWorld;
  beforeEach(async () => void (world = await openLogWorld()));
  afterEach(async () => world[Symbol.asyncDispose]());
  const now = { experimentId: 'e', follow: false };

  it('is merged by time over its pods, and ends', async () => {
    world.pod('a', 'Running', [
      [at(1), 'runner: hello'],
      [at(3), '#0.1 out: three'],
      [at(5), '#0.1 err: five'],
    ]);
    world.pod('b', 'Succeeded', [
      [at(2), '#1.1 out: two'],
      [at(4, 123_456_789), '#1.1 out: four'],
    ]);
    const { texts, lines, messages, gaps } = await readAll(world.reader.open(now));
    expect(texts).toEqual(['hello', 'two', 'three', 'four', 'five']);
    expect(gaps).toEqual([]);
    expect(messages.map(({ ended }) => ended)).toEqual([true]);
    expect(lines[3]).toEqual({
      id: `uid-b/${at(4, 123_456_789)}/0`,
      time: '2026-11-25T10:00:04.123Z',
      text: 'four',
      podId: 'uid-b',
      container: 'runner',
      trialIndex: 1,
      stream: 'STDOUT',
    });
    expect(lines[0]).not.toHaveProperty('trialIndex');
    expect(lines.map(({ stream }) => stream)).toEqual(['RUNNER', 'STDOUT', 'STDOUT', 'STDOUT', 'STDERR']);
  });

  it('keeps the order of a pod whose times go back, and every character', async () => {
    world.pod('a', 'Running', [
      [at(5), '#0.1 out: süß 🦊 \u2028 ещё'],
      [at(3), '#0.1 out: '],
    ]);
    world.pod('b', 'Running', [[at(4), '#1.1 out:    indented #7.1 out: not a prefix']]);
    const { texts } = await readAll(world.reader.open(now));
    expect(texts).toEqual(['   indented #7.1 out: not a prefix', 'süß 🦊 \u2028 ещё', '']);
  });

  it('comes in messages of a bounded size', async () => {
    const lines = Array.from({ length: 1201 }, (_, n) => [at(1, n), `#0.1 out: ${n}`] as const);
    world.pod('a', 'Running', lines);
    const { messages, texts } = await readAll(world.reader.open(now));
    expect(texts).toEqual(lines.map((_, n) => String(n)));
    expect(Math.max(...messages.map((message) => message.lines.length))).toBeLessThanOrEqual(500);
    expect(messages.filter(({ ended }) => ended)).toEqual([messages.at(-1)]);
  });

  it('is only the end with a tail, with the ids that a whole read gives', async () => {
    for (const name of ['a', 'b']) {
      const all = Array.from({ length: 40 }, (_, n) => [at(1 + (n >> 4)), `#0.1 out: ${name}${n}`] as const);
      world.pod(name, 'Running', all);
    }
    const whole = await readAll(world.reader.open(now));
    for (const tail of [0, 1, 7, 50, 80, 1000]) {
      const { lines, cursor } = await readAll(world.reader.open({ ...now, tail }));
      expect(lines.map(({ id }) => id)).toEqual(whole.lines.slice(-tail || 80).map(({ id }) => id));
      expect((await readAll(world.reader.open({ ...now, after: cursor }))).texts).toEqual([]);
    }
  });

  it('goes on at the exact line within lines of the same time, wherever it was left', async () => {
    const all = Array.from({ length: 1500 }, (_, n) => [at(1, n >> 8), `#0.1 out: ${n}`] as const);
    world.pod('a', 'Running', all);
    world.pod('b', 'Running', all.slice(0, 700));
    const whole = await readAll(world.reader.open(now));
    for (const [index, { cursor }] of whole.messages.entries()) {
      const rest = await readAll(world.reader.open({ ...now, after: cursor }));
      const read = whole.messages.slice(0, index + 1).flatMap(({ lines }) => lines);
      expect([...read, ...rest.lines].map(({ id }) => id).sort()).toEqual(whole.lines.map(({ id }) => id).sort());
    }
    expect(whole.messages.length).toBeGreaterThan(3);
  });

  it('leaves out a pod that waits or is gone, and says of one that fails that it does', async () => {
    world.pod('waiting', 'Pending');
    world.pod('good', 'Running', [[at(1), '#0.1 out: good']]);
    world.pod('bad', 'Running').answer = (response) => void response.writeHead(500).end('disk on fire');
    const { texts, gaps } = await readAll(world.reader.open(now));
    expect(texts).toEqual(['good']);
    expect(gaps).toEqual(['The log of the pod bad could not be read: disk on fire']);
  });

  it('says that a log broke off, and goes on with the others', async () => {
    world.pod('good', 'Running', [[at(2), '#0.1 out: good']]);
    world.pod('bad', 'Running').answer = (response) => {
      response.write(`${at(1)} #1.1 out: before\n`, () => response.destroy());
    };
    const { texts, gaps } = await readAll(world.reader.open(now));
    expect(texts).toEqual(['before', 'good']);
    expect(gaps).toEqual([expect.stringMatching(/^The log of the pod bad could not be read: ./)]);
  });

  it('begins anew with a gap when the cursor is rubbish or another stream’s', async () => {
    world.pod('a', 'Running', [[at(1), '#0.1 out: one']]);
    const { cursor } = await readAll(world.reader.open({ ...now, podId: 'uid-a' }));
    for (const after of [cursor, 'rubbish', '', Buffer.from('{"of":[],"at":7}').toString('base64url')]) {
      const { texts, gaps } = await readAll(world.reader.open({ ...now, after }));
      expect(texts).toEqual(['one']);
      expect(gaps).toEqual(['The cursor is not one of this stream.']);
    }
  });

  it('says what is lost with a pod that is gone', async () => {
    world.pod('a', 'Running', [[at(1), '#0.1 out: one']]);
    world.pod('b', 'Succeeded', [[at(2), '#1.1 out: two']]);
    world.trial(0, { podId: 'uid-a' });
    const { cursor } = await readAll(world.reader.open(now));
    world.remove('a');
    world.remove('b');
    const resumed = await readAll(world.reader.open({ ...now, after: cursor }));
    expect(resumed.gaps).toEqual(['The pod is gone, and with it what it wrote after what was read.']);
    const anew = await readAll(world.reader.open(now));
    expect(anew.gaps).toEqual(['A pod is gone, and its log with it. The log of each trial that has ended is kept.']);
    const pod = await readAll(world.reader.open({ ...now, podId: 'uid-a' }));
    expect(pod.gaps).toEqual(['The pod is gone, and its log with it.']);
    expect(pod.texts).toEqual([]);
  });

  it('is refused for what never was', async () => {
    world.pod('a', 'Running');
    const codeOf = (request: object) =>
      world.reader.open({ ...now, ...request }).then(
        () => 'opened',
        (error: { extensions: { code: string } }) => error.extensions.code,
      );
    expect(await codeOf({ experimentId: 'x' })).toBe('NOT_FOUND');
    expect(await codeOf({ podId: 'uid-b' })).toBe('NOT_FOUND');
    expect(await codeOf({ trialIndex: 1000 })).toBe('NOT_FOUND');
    expect(await codeOf({ tail: -1 })).toBe('BAD_USER_INPUT');
    expect(await codeOf({ tail: 100_001 })).toBe('BAD_USER_INPUT');
    expect(await codeOf({ podId: 'uid-a', trialIndex: 999, tail: 100_000 })).toBe('opened');
  });

  it('is told without the pods while the cluster does not answer', async () => {
    await using silent = await openLogWorld({ answers: false });
    const { gaps, messages } = await readAll(silent.reader.open(now));
    expect(gaps).toEqual(['The cluster does not answer: its pods are not known yet.']);
    expect(messages.at(-1)?.ended).toBe(true);
    silent.trial(0, { phase: 'SUCCEEDED', podId: 'uid-a' });
    silent.kept.set('0.1', 'kept');
    expect((await readAll(silent.reader.open({ ...now, trialIndex: 0 }))).texts).toEqual(['kept']);
  });
});
