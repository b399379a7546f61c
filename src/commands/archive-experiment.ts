import type { Experiment } from '../model/experiment.js';
import { archived, unarchived } from '../model/verbs.js';
import type { CommandNeeds } from './needs.js';

/**
 * Puts an ended experiment out of the way of lists. Nothing of it is lost.
 *
 * @throws DomainError EXPERIMENT_NOT_FOUND, EXPERIMENT_NOT_FINISHED
 */
export function archiveExperiment({ claims, now }: Pick<CommandNeeds, 'claims' | 'now'>) {
  return (id: string): Promise<Experiment> =>
    claims.change(id, (experiment) => archived(experiment, new Date(now()).toISOString()));
}

/** Puts it back. @throws DomainError EXPERIMENT_NOT_FOUND */
export function unarchiveExperiment({ claims }: Pick<CommandNeeds, 'claims'>) {
  return (id: string): Promise<Experiment> => claims.change(id, unarchived);
}
