import type { Objective } from '../../model/objective.js';
import { Ranking } from '../../model/ranking.js';
import type { Trial } from '../../model/trial.js';
import type { LiveStore } from '../../stream/live-store.js';

/** Most trials on one leaderboard. */
export const largestBoard = 100;

/** The best trials in one store, kept current for all who look at it. */
export interface Board {
  /** @param count At most `largestBoard`. */
  best(count: number): readonly Trial[];
  /** Calls `listener` when the best may have changed. @returns ends it; the board ends with its last listener */
  listen(listener: () => void): () => void;
}

const boards = new WeakMap<LiveStore<Trial>, Board>();

/**
 * The board of a store: one for all who ask, so that a change of a trial is looked
 * at once, however many look. Listen to it at once, or it stays open.
 */
export function boardOf(store: LiveStore<Trial>, objective: Objective): Board {
  const known = boards.get(store);
  if (known) return known;
  const ranking = new Ranking(objective, largestBoard);
  const listeners = new Set<() => void>();
  ranking.refill(store.values());
  const stop = store.onChange(({ object, previous }) => {
    const isChanged = object ? ranking.put(object) : previous !== undefined && ranking.remove(previous.index);
    if (isChanged) for (const listener of listeners) listener();
  });
  const board: Board = {
    best(count) {
      // When it is asked for, not when it becomes short: of many trials that go together, each would do so.
      if (ranking.isShort) ranking.refill(store.values());
      return ranking.best(count);
    },
    listen(listener) {
      listeners.add(listener);
      return () => {
        if (!listeners.delete(listener) || listeners.size > 0) return;
        stop();
        boards.delete(store);
      };
    },
  };
  boards.set(store, board);
  return board;
}
