import type { Experiment } from '../model/experiment.js';
import type { CommandNeeds } from './needs.js';

/**
 * Deletes an ended experiment for good. It is gone at once for whoever looks; its
 * Job, pods, trials and logs go a moment later, and its program unless another
 * experiment runs it.
 *
 * @returns it as it was
 * @throws DomainError EXPERIMENT_NOT_FOUND, EXPERIMENT_NOT_FINISHED
 */
export function deleteExperiment({ claims }: Pick<CommandNeeds, 'claims'>) {
  return (id: string): Promise<Experiment> => claims.remove(id);
}
