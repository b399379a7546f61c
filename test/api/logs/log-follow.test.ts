import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../cluster/eventually.js';
import { at, openLogWorld, readAll, readLines } from './log-world.js';
import type { LogWorld } from './log-world.js';

describe('a log that is followed', () => {
  let world: LogWorld;
  beforeEach(async () => void (world = await openLogWorld()));
  afterEach(async () => world[Symbol.asyncDispose]());
  const follow = { experimentId: 'e', follow: true };

  it('goes on with what is written, takes in pods that join, and ends with the experiment', async () => {
    world.pod('a', 'Running', [[at(1), '#0.1 out: one']]);
    world.pod('b', 'Pending');
    const stream = await world.reader.open(follow);
    expect((await readLines(stream, 1)).texts).toEqual(['one']);
    await eventually(() => world.following() === 1);
    world.write('a', [at(2), '#0.1 out: two']);
    expect((await readLines(stream, 1)).texts).toEqual(['two']);
    world.become('b', 'Running');
    await eventually(() => world.following() === 2);
    world.write('b', [at(3), '#1.1 out: three']);
    expect((await readLines(stream, 1)).texts).toEqual(['three']);
    world.become('a', 'Succeeded');
    world.become('b', 'Succeeded');
    world.pod('c', 'Succeeded', [[at(4), 'runner: four']]);
    expect((await readLines(stream, 1)).texts).toEqual(['four']);
    world.experiment.phase = 'SUCCEEDED';
    const last = await readAll(Promise.resolve(stream));
    expect(last.messages).toMatchObject([{ lines: [], ended: true }]);
    expect((await readAll(world.reader.open({ ...follow, after: last.cursor }))).texts).toEqual([]);
  });

  it('sorts what two pods write at once', async () => {
    world.pod('a', 'Running');
    world.pod('b', 'Running');
    const stream = await world.reader.open(follow);
    const read = readLines(stream, 4);
    await eventually(() => world.following() === 2);
    world.write('b', [at(2), 'runner: 2'], [at(4), 'runner: 4']);
    world.write('a', [at(1), 'runner: 1'], [at(3), 'runner: 3']);
    const { texts, messages } = await read;
    expect(texts).toEqual(['1', '2', '3', '4']);
    expect(messages).toHaveLength(1);
    await stream.return?.();
  });

  it('of one pod ends with the pod, and has nothing twice', async () => {
    world.pod('a', 'Running', [[at(1), 'runner: 1']]);
    world.pod('b', 'Running', [[at(1), 'runner: other']]);
    const read = readAll(world.reader.open({ ...follow, podId: 'uid-a', tail: 5 }));
    await eventually(() => world.following() === 1);
    world.write('a', [at(1), 'runner: 2']);
    world.become('a', 'Succeeded');
    const { lines, messages } = await read;
    expect(lines.map(({ id }) => id)).toEqual([`uid-a/${at(1)}/0`, `uid-a/${at(1)}/1`]);
    expect(messages.at(-1)?.ended).toBe(true);
  });

  it('outlives a broken connection', async () => {
    const pod = world.pod('a', 'Running', [[at(1), 'runner: 1']]);
    const stream = await world.reader.open(follow);
    expect((await readLines(stream, 1)).texts).toEqual(['1']);
    await eventually(() => world.following() === 1);
    for (const follower of pod.followers) follower.destroy();
    world.write('a', [at(1), 'runner: 2']);
    await eventually(() => world.following() === 1);
    world.write('a', [at(2), 'runner: 3']);
    expect((await readLines(stream, 2)).texts).toEqual(['2', '3']);
    await stream.return?.();
  });

  it('stops at once when its reader leaves while nothing comes, and lets go of the server', async () => {
    world.pod('a', 'Running');
    const stream = await world.reader.open(follow);
    const parked = stream.next();
    await eventually(() => world.following() === 1);
    expect(await stream.return?.()).toEqual({ done: true, value: undefined });
    expect(await parked).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    await eventually(() => world.following() === 0);
  });

  it('of an experiment that is queued waits for its pods', async () => {
    world.experiment.phase = 'QUEUED';
    world.experiment.nextIndex = 0;
    const stream = await world.reader.open(follow);
    const read = readLines(stream, 1);
    world.pod('a', 'Pending');
    world.write('a', [at(1), 'runner: begun']);
    world.become('a', 'Running');
    expect((await read).texts).toEqual(['begun']);
    await stream.return?.();
  });

  it('is read from the server no faster than its reader reads, and nothing is lost', async () => {
    const total = 30_000;
    let given = 0;
    const padding = 'x'.repeat(2000);
    const pour = async (response: ServerResponse): Promise<void> => {
      for (let n = 0; n < total && !response.destroyed; n += 1) {
        given = n + 1;
        if (response.write(`${at(1, n)} #0.1 out: ${n} ${padding}\n`)) continue;
        await new Promise<void>((resolve) => void response.once('drain', resolve).once('close', resolve));
      }
      response.end();
    };
    world.pod('a', 'Succeeded').answer = (response) => void pour(response);
    const stream = await world.reader.open({ experimentId: 'e', follow: false });
    const first = await readLines(stream, 1);
    let before = -1;
    let still = 0;
    await eventually(() => {
      still = given === before ? still + 1 : 0;
      before = given;
      return still > 50;
    });
    expect(given).toBeLessThan(total / 2);
    const rest = await readAll(Promise.resolve(stream));
    const numbers = [...first.texts, ...rest.texts].map((text) => Number.parseInt(text, 10));
    expect(numbers).toEqual(Array.from({ length: total }, (_, n) => n));
  });
});
