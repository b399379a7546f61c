import type { Experiment } from '../model/experiment.js';

type Times = 'createdAt' | 'startedAt' | 'finishedAt' | 'archivedAt';

/** An experiment as MongoDB keeps it: times as dates, and what belongs to the store alone. */
export type ExperimentRow = Omit<Experiment, 'id' | Times> & {
  readonly _id: string;
  readonly owner: string;
  readonly idempotencyKey?: string;
  /** SHA-256 of the submission, hex: tells a repeated submission from another one under the same key. */
  readonly submissionHash: string;
  readonly createdAt: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  readonly archivedAt?: Date;
};

export function toExperiment(row: ExperimentRow): Experiment {
  const { _id, idempotencyKey: _key, submissionHash: _hash, ...rest } = row;
  const { createdAt, startedAt, finishedAt, archivedAt, ...same } = rest;
  return {
    ...same,
    id: _id,
    createdAt: createdAt.toISOString(),
    ...(startedAt ? { startedAt: startedAt.toISOString() } : {}),
    ...(finishedAt ? { finishedAt: finishedAt.toISOString() } : {}),
    ...(archivedAt ? { archivedAt: archivedAt.toISOString() } : {}),
  };
}

/** The fields that change in an experiment's life, as an update. */
export function experimentUpdate(next: Experiment) {
  const { name, description, tags, phase, counts, nextIndex, startedAt } = next;
  const { diagnosis, finishedAt, archivedAt, retries, untouchedCancelled } = next;
  return {
    $set: {
      name,
      description,
      tags,
      phase,
      counts,
      nextIndex,
      ...(diagnosis && { diagnosis }),
      ...(startedAt !== undefined && { startedAt: new Date(startedAt) }),
      ...(finishedAt !== undefined && { finishedAt: new Date(finishedAt) }),
      ...(archivedAt !== undefined && { archivedAt: new Date(archivedAt) }),
      ...(retries !== undefined && { retries }),
      ...(untouchedCancelled && { untouchedCancelled }),
    },
    $unset: absent({ diagnosis, finishedAt, archivedAt, untouchedCancelled }),
  };
}

/** What is not there any more has to be taken away. */
function absent(fields: Readonly<Record<string, unknown>>): Record<string, ''> {
  const gone = Object.entries(fields).filter(([, value]) => value === undefined);
  return Object.fromEntries(gone.map(([name]) => [name, '']));
}
