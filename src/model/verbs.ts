import { DomainError } from './errors.js';
import { isFinished, type Experiment } from './experiment.js';
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
  refuseEnding(experiment);
  if (experiment.phase === 'PAUSED') return experiment;
  return { ...withoutDiagnosis(experiment), phase: 'PAUSED' };
}

/**
 * A paused experiment that goes on where it was. One that is not paused stays as it is. `now`: RFC 3339.
 *
 * @throws DomainError EXPERIMENT_ALREADY_FINISHED, EXPERIMENT_STOPPING
 */
export function resumed(experiment: Experiment, now: string): Experiment {
  refuseEnding(experiment);
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

/** @throws DomainError EXPERIMENT_NOT_FINISHED */
export function refuseUnfinished(experiment: Experiment): void {
  if (isFinished(experiment)) return;
  const message = `The experiment has not finished: it is ${experiment.phase}.`;
  throw new DomainError({ code: 'EXPERIMENT_NOT_FINISHED', message, field: ['id'] });
}

function refuseEnding(experiment: Experiment): void {
  if (isFinished(experiment)) {
    const message = `The experiment has finished already: it is ${experiment.phase}.`;
    throw new DomainError({ code: 'EXPERIMENT_ALREADY_FINISHED', message, field: ['id'] });
  }
  if (experiment.phase === 'CANCELLING') {
    const message = 'The experiment is being cancelled: its pods are ending.';
    throw new DomainError({ code: 'EXPERIMENT_STOPPING', message, field: ['id'] });
  }
}
