import { describe, expect, it } from '@jest/globals';
import type { Objective } from '../../../src/model/objective.js';
import { trialId, type Trial } from '../../../src/model/trial.js';
import { boardOf } from '../../../src/api/leaderboard/board.js';
import { openBoardStream, type BoardMessage } from '../../../src/api/leaderboard/board-stream.js';
import { createLiveStore } from '../../../src/stream/live-store.js';
import { succeeded } from './board-world.js';

const objective: Objective = { column: 'score', goal: 'MINIMIZE' };

function openWorld({ answers = true, patienceMs = 5_000 } = {}) {
  const store = createLiveStore<Trial>();
  let released = 0;
  if (answers) store.apply({ type: 'synced' });
  const open = (top = 3) =>
    openBoardStream({
      subject: { objective },
      view: { store, release: () => void (released += 1) },
      top,
      patienceMs,
    });
  const put = (trial: Trial) => store.apply({ type: 'put', key: trialId('e1', trial.index), object: trial });
  return { store, open, put, released: () => released };
}

const indices = (result: IteratorResult<BoardMessage<unknown>, undefined>) =>
  result.value?.changed.trials.map(({ index }) => index);

describe('a stream of boards', () => {
  it('waits for its source, but not for ever: then it says that it does not answer', async () => {
    const { store, open, put } = openWorld({ answers: false, patienceMs: 5 });
    const stream = open();
    const first = await stream.next();
    expect(first.value).toMatchObject({
      changed: { trials: [] },
      freshness: { reason: 'The source has not answered yet.' },
    });
    put(succeeded(3, 1));
    store.apply({ type: 'synced' });
    expect(indices(await stream.next())).toEqual([3]);
    await stream.return?.();
  });

  it('begins with everything when its source answers in time', async () => {
    const { store, open, put } = openWorld({ answers: false });
    const stream = open();
    const first = stream.next();
    store.apply({ type: 'reset' });
    for (const index of [1, 2, 3, 4]) put(succeeded(index, index));
    store.apply({ type: 'synced' });
    expect(indices(await first)).toEqual([1, 2, 3]);
    await stream.return?.();
  });

  it('ends at once while it is waited for, and lets its trials go, once', async () => {
    const { open, released } = openWorld();
    const stream = open();
    await stream.next();
    const parked = stream.next();
    await stream.return?.();
    await stream.return?.();
    expect(await parked).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(released()).toBe(1);
  });

  it('tells many changes of one turn in one message, and the list that was back in time in none', async () => {
    const { store, open, put } = openWorld();
    const stream = open();
    await stream.next();
    const second = stream.next();
    for (let index = 0; index < 300; index += 1) put(succeeded(index, index));
    expect(indices(await second)).toEqual([0, 1, 2]);
    const third = stream.next();
    put(succeeded(999, -1));
    store.apply({ type: 'gone', key: trialId('e1', 999) });
    await Promise.resolve();
    put(succeeded(1_000, -2));
    expect(indices(await third)).toEqual([1_000, 0, 1]);
    await stream.return?.();
  });

  it('is right after most trials have gone, though it never held more than 200 of them', async () => {
    const { store, open, put } = openWorld();
    const stream = open();
    await stream.next();
    for (let index = 0; index < 1_000; index += 1) put(succeeded(index, index));
    expect(indices(await stream.next())).toEqual([0, 1, 2]);
    for (let index = 0; index < 900; index += 1) store.apply({ type: 'gone', key: trialId('e1', index) });
    expect(indices(await stream.next())).toEqual([900, 901, 902]);
    await stream.return?.();
  });
});

describe('the board of a store', () => {
  it('is one for all who listen, and another once all have left', () => {
    const { store } = openWorld();
    const board = boardOf(store, objective);
    const leave = [() => undefined, () => undefined].map((listener) => board.listen(listener));
    expect(boardOf(store, objective)).toBe(board);
    leave[0]?.();
    expect(boardOf(store, objective)).toBe(board);
    leave[1]?.();
    const next = boardOf(store, objective);
    expect(next).not.toBe(board);
    next.listen(() => undefined)();
  });
});
