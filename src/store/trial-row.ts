import { trialId, type Trial } from '../model/trial.js';

/** A trial as MongoDB keeps it. Results are pairs, not an object: a column may be called `$where` or `a.b`. */
export type TrialRow = Omit<Trial, 'startedAt' | 'finishedAt'> & {
  readonly _id: string;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
};

export function toTrial({ _id, startedAt, finishedAt, ...same }: TrialRow): Trial {
  return {
    ...same,
    ...(startedAt ? { startedAt: startedAt.toISOString() } : {}),
    ...(finishedAt ? { finishedAt: finishedAt.toISOString() } : {}),
  };
}

export function fromTrial({ startedAt, finishedAt, ...same }: Trial): TrialRow {
  return {
    _id: trialId(same.experimentId, same.index),
    ...same,
    ...(startedAt ? { startedAt: new Date(startedAt) } : {}),
    ...(finishedAt ? { finishedAt: new Date(finishedAt) } : {}),
  };
}
