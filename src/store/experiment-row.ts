import type { Experiment } from '../model/experiment.js';

/** An experiment as MongoDB keeps it: times as dates, and what belongs to the store alone. */
export type ExperimentRow = Omit<Experiment, 'id' | 'createdAt' | 'startedAt' | 'finishedAt'> & {
  readonly _id: string;
  readonly owner: string;
  readonly idempotencyKey?: string;
  /** SHA-256 of the submission, hex: tells a repeated submission from another one under the same key. */
  readonly submissionHash: string;
  readonly createdAt: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
};

export function toExperiment(row: ExperimentRow): Experiment {
  const { _id, idempotencyKey: _key, submissionHash: _hash, createdAt, startedAt, finishedAt, ...same } = row;
  return {
    ...same,
    id: _id,
    createdAt: createdAt.toISOString(),
    ...(startedAt ? { startedAt: startedAt.toISOString() } : {}),
    ...(finishedAt ? { finishedAt: finishedAt.toISOString() } : {}),
  };
}

/** The fields that change in an experiment's life, as an update. */
export function experimentUpdate(next: Experiment) {
  const { phase, diagnosis, startedAt, finishedAt, counts, nextIndex } = next;
  return {
    $set: {
      phase,
      counts,
      nextIndex,
      ...(diagnosis ? { diagnosis } : {}),
      ...(startedAt ? { startedAt: new Date(startedAt) } : {}),
      ...(finishedAt ? { finishedAt: new Date(finishedAt) } : {}),
    },
    ...(diagnosis ? {} : { $unset: { diagnosis: '' as const } }),
  };
}
