import type { Freshness, Leaderboard, Trial } from './changes.js';

/** The best trials of an experiment so far. */
export interface BoardContent {
  /** False until the list has come. */
  readonly synced: boolean;
  /** Best first. */
  readonly trials: readonly Trial[];
  readonly objective: Leaderboard['objective'] | undefined;
  /** As the server last told it. */
  readonly freshness: Freshness | undefined;
}

/** Holds the newest list of a leaderboard. */
export function createBoard() {
  let content: BoardContent = { synced: false, trials: [], objective: undefined, freshness: undefined };
  return {
    apply({ trials, objective, freshness }: Leaderboard): void {
      content = { synced: true, trials, objective, freshness };
    },
    copy: (): BoardContent => content,
  };
}
