import type { Experiment } from '../model/experiment.js';
import type { CommandNeeds } from './needs.js';

/**
 * Records that an experiment is to stop: from now on no trial of it is given
 * out and no report taken. Its pods end a moment later.
 *
 * @throws DomainError EXPERIMENT_NOT_FOUND, EXPERIMENT_ALREADY_FINISHED
 */
export function cancelExperiment({ claims, now }: Pick<CommandNeeds, 'claims' | 'now'>) {
  return (id: string): Promise<Experiment> => claims.cancel(id, new Date(now()).toISOString());
}
