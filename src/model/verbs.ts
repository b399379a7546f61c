import type { Experiment } from './experiment.js';
import { refuseFinished, refuseStopping, refuseUnfinished } from './refuse-phase.js';
import { afterTrials, withoutDiagnosis } from './transitions.js';

/** What people call it by: anything of it may be changed at any time, and changes nothing else. */
export interface Naming {
  readonly name?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
}

export function renamed(experiment: Experiment, naming: Naming): Experiment {
  return { ...experiment, ...naming };
}

/**
 * An experiment that runs nothing until it is resumed: its pods end, and hand back what they have not ended.
 *
 * Pausing one that is PAUSED changes nothing.
 *
 * @throws DomainError EXPERIMENT_ALREADY_FINISHED, EXPERIMENT_STOPPING
 */
export function paused(experiment: Experiment): Experiment {
  refuseFinished(experiment);
  refuseStopping(experiment);
  if (experiment.phase === 'PAUSED') return experiment;
  return { ...withoutDiagnosis(experiment), phase: 'PAUSED' };
}

/**
 * A paused experiment that goes on where it was. One that is not paused stays as it is. `now`: RFC 3339.
 *
 * @throws DomainError EXPERIMENT_ALREADY_FINISHED, EXPERIMENT_STOPPING
 */
export function resumed(experiment: Experiment, now: string): Experiment {
  refuseFinished(experiment);
  refuseStopping(experiment);
  if (experiment.phase !== 'PAUSED') return experiment;
  const phase = experiment.startedAt === undefined ? 'QUEUED' : 'RUNNING';
  return afterTrials({ ...withoutDiagnosis(experiment), phase }, experiment.counts, now);
}

/**
 * An experiment that is out of the way: lists leave it out unless they are asked. `now`: RFC 3339.
 *
 * Archiving one that is archived changes nothing.
 *
 * @throws DomainError EXPERIMENT_NOT_FINISHED
 */
export function archived(experiment: Experiment, now: string): Experiment {
  refuseUnfinished(experiment);
  return experiment.archivedAt === undefined ? { ...experiment, archivedAt: now } : experiment;
}

/** The other way round; one that is not archived stays as it is. */
export function unarchived(experiment: Experiment): Experiment {
  if (experiment.archivedAt === undefined) return experiment;
  const { archivedAt: _archivedAt, ...rest } = experiment;
  return rest;
}
