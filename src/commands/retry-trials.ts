import { DomainError } from '../model/errors.js';
import type { Experiment } from '../model/experiment.js';
import type { CommandNeeds } from './needs.js';

/** More would have to be read and written at once; all of them need no list. */
const mostIndices = 10_000;

/**
 * Records that ended trials are to run again: those at `indices`, or all that did
 * not succeed. What came of them so far stays visible.
 *
 * @returns how many
 * @throws DomainError EXPERIMENT_NOT_FOUND, EXPERIMENT_STOPPING, TRIAL_INDEX_OUT_OF_RANGE, TRIALS_NOT_RETRIABLE, ARGUMENT_INVALID
 */
export function retryTrials({ claims }: Pick<CommandNeeds, 'claims'>) {
  return async (
    id: string,
    indices: readonly number[] | undefined,
  ): Promise<{ experiment: Experiment; retried: number }> => {
    if (indices && indices.length > mostIndices) {
      const message = `${indices.length} indices are given; 10,000 are allowed, and none means all.`;
      throw new DomainError({ code: 'ARGUMENT_INVALID', message, field: ['indices'] });
    }
    return claims.retry(id, indices && [...new Set(indices)]);
  };
}
