import type { Experiment } from '../model/experiment.js';
import { paused } from '../model/verbs.js';
import type { CommandNeeds } from './needs.js';

/**
 * Records that an experiment is to run nothing until it is resumed: no trial of it
 * is given out from then on. Its pods end a moment later, and hand back what they hold.
 *
 * @throws DomainError EXPERIMENT_NOT_FOUND, EXPERIMENT_ALREADY_FINISHED, EXPERIMENT_STOPPING
 */
export function pauseExperiment({ claims }: Pick<CommandNeeds, 'claims'>) {
  return (id: string): Promise<Experiment> => claims.change(id, paused);
}
