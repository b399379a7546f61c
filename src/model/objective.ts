import { numberIn } from './results.js';
import type { Trial } from './trial.js';

export type Goal = 'MAXIMIZE' | 'MINIMIZE';

/** What makes one trial of an experiment better than another. */
export interface Objective {
  /** Of the result file, spelled as in its header. */
  readonly column: string;
  readonly goal: Goal;
}

/**
 * The number that a trial is ranked by; undefined for one that does not rank: it
 * has not succeeded, has no such column, or no finite number there. Of columns of
 * one name the first counts.
 */
export function scoreOf(trial: Pick<Trial, 'phase' | 'result'>, { column }: Objective): number | undefined {
  if (trial.phase !== 'SUCCEEDED') return undefined;
  const found = trial.result.find(([name]) => name === column);
  return found && numberIn(found[1]);
}
