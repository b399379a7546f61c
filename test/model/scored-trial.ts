import type { Trial, TrialPhase } from '../../src/model/trial.js';

/** A trial of one result column. */
export function scoredTrial(index: number, value: string, phase: TrialPhase = 'SUCCEEDED', column = 'score'): Trial {
  return { experimentId: 'e', index, attempt: 1, podLosses: 0, phase, result: [[column, value]], version: 1 };
}
