import { DomainError } from './errors.js';
import { isFinished, type Experiment } from './experiment.js';

/** @throws DomainError EXPERIMENT_ALREADY_FINISHED */
export function refuseFinished(experiment: Pick<Experiment, 'phase'>): void {
  if (!isFinished(experiment)) return;
  const message = `The experiment has finished already: it is ${experiment.phase}.`;
  throw new DomainError({ code: 'EXPERIMENT_ALREADY_FINISHED', message, field: ['id'] });
}

/** @throws DomainError EXPERIMENT_NOT_FINISHED */
export function refuseUnfinished(experiment: Pick<Experiment, 'phase'>): void {
  if (isFinished(experiment)) return;
  const message = `The experiment has not finished: it is ${experiment.phase}.`;
  throw new DomainError({ code: 'EXPERIMENT_NOT_FINISHED', message, field: ['id'] });
}

/** @throws DomainError EXPERIMENT_STOPPING */
export function refuseStopping({ phase }: Pick<Experiment, 'phase'>): void {
  if (phase !== 'CANCELLING') return;
  const message = 'The experiment is being cancelled: its pods are ending.';
  throw new DomainError({ code: 'EXPERIMENT_STOPPING', message, field: ['id'] });
}
