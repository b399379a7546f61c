import type { Experiment } from '../model/experiment.js';
import { resumed } from '../model/verbs.js';
import type { CommandNeeds } from './needs.js';

/**
 * Records that a paused experiment is to go on. Its pods come a moment later.
 *
 * @throws DomainError EXPERIMENT_NOT_FOUND, EXPERIMENT_ALREADY_FINISHED, EXPERIMENT_STOPPING
 */
export function resumeExperiment({ claims, now }: Pick<CommandNeeds, 'claims' | 'now'>) {
  return (id: string): Promise<Experiment> =>
    claims.change(id, (experiment) => resumed(experiment, new Date(now()).toISOString()));
}
