import type { Filter, WithId } from 'mongodb';
import { DomainError } from '../model/errors.js';
import type { Experiment, ExperimentPhase } from '../model/experiment.js';
import type { Database } from './database.js';
import { experimentUpdate, toExperiment, type ExperimentRow } from './experiment-row.js';
import { cutPage, type Page, type PageRequest } from './pages.js';

export interface ExperimentFilter {
  readonly phases?: readonly ExperimentPhase[];
  readonly tags?: readonly string[];
  /** Part of the name, case ignored. */
  readonly search?: string;
  /** Only archived ones, or only the others; both when left out. */
  readonly archived?: boolean;
}

export interface ExperimentOrder {
  readonly field: 'createdAt' | 'name';
  readonly direction: 1 | -1;
}

/** Place in an ordered list of experiments: the value sorted by, then the id. */
export type ExperimentCursor = readonly [value: string, id: string];

/** What is recorded when an experiment is first heard of. */
export interface NewExperiment {
  readonly experiment: Experiment;
  readonly owner: string;
  readonly idempotencyKey?: string;
  readonly submissionHash: string;
}

export type Experiments = ReturnType<typeof createExperiments>;

/** Experiments in MongoDB: rows in, nouns out. */
export function createExperiments({ db }: Database) {
  const rows = db.collection<ExperimentRow>('experiments');

  async function get(id: string): Promise<Experiment | undefined> {
    const row = await rows.findOne({ _id: id });
    return row ? toExperiment(row) : undefined;
  }

  return {
    /** Resolves to undefined, never throws, when there is no such experiment. */
    get,

    /**
     * Records a new experiment; with an idempotency key that the owner used
     * before, gives back what was recorded then.
     *
     * @throws DomainError IDEMPOTENCY_KEY_REUSED when that was another submission
     */
    async add({ experiment, owner, idempotencyKey, submissionHash }: NewExperiment): Promise<Experiment> {
      const { id, createdAt, startedAt: _s, finishedAt: _f, archivedAt: _a, ...same } = experiment;
      const key = idempotencyKey === undefined ? {} : { idempotencyKey };
      try {
        await rows.insertOne({ ...same, _id: id, owner, submissionHash, ...key, createdAt: new Date(createdAt) });
        return experiment;
      } catch (error) {
        if (idempotencyKey === undefined || (error as { code?: unknown }).code !== 11000) throw error;
        const first = await rows.findOne({ owner, idempotencyKey });
        if (!first) throw error;
        if (first.submissionHash === submissionHash) return toExperiment(first);
        throw new DomainError({
          code: 'IDEMPOTENCY_KEY_REUSED',
          message: `The key "${idempotencyKey}" was used for another submission.`,
          field: ['idempotencyKey'],
        });
      }
    },

    /** Takes back an experiment of which nothing has run: nobody was told of it. */
    async withdraw(id: string): Promise<void> {
      await rows.deleteOne({ _id: id });
    },

    /**
     * Replaces what changes in an experiment's life with `change(current)`, atomically.
     *
     * `change` must be pure: when another writer gets in between, it is called
     * again with what that writer left. Giving back the same object writes nothing.
     *
     * @throws DomainError EXPERIMENT_NOT_FOUND
     */
    async update(id: string, change: (current: Experiment) => Experiment): Promise<Experiment> {
      for (;;) {
        const current = await get(id);
        if (!current) throw notFound(id);
        const next = change(current);
        if (next === current) return current;
        const done = await rows.findOneAndUpdate(
          { _id: id, version: current.version },
          { ...experimentUpdate(next), $inc: { version: 1 } },
          { returnDocument: 'after' },
        );
        if (done) return toExperiment(done);
      }
    },

    /** Ids of all experiments that are not finished. */
    async unfinished(): Promise<string[]> {
      const phases: ExperimentPhase[] = ['QUEUED', 'RUNNING', 'PAUSED', 'CANCELLING'];
      const found = await rows.find({ phase: { $in: phases } }, { projection: { _id: 1 } }).toArray();
      return found.map((row) => row._id);
    },

    /** Every experiment, in no order. */
    async *all(): AsyncIterable<Experiment> {
      for await (const row of rows.find()) yield toExperiment(row);
    },

    async page(
      filter: ExperimentFilter,
      order: ExperimentOrder,
      request: PageRequest<ExperimentCursor>,
    ): Promise<Page<Experiment>> {
      const wanted = filterOf(filter);
      const forward = order.direction === 1;
      const bounds = [
        ...(request.after ? [beyond(order.field, request.after, forward ? '$gt' : '$lt')] : []),
        ...(request.before ? [beyond(order.field, request.before, forward ? '$lt' : '$gt')] : []),
      ];
      const direction = request.fromEnd ? -order.direction : order.direction;
      const found = await rows
        .find({ $and: [wanted, ...bounds] } as Filter<ExperimentRow>)
        .sort({ [order.field]: direction as 1 | -1, _id: direction as 1 | -1 })
        .limit(request.limit + 1)
        .toArray();
      return cutPage(found.map(toExperiment), request, await rows.countDocuments(wanted));
    },
  };
}

function notFound(id: string): DomainError {
  return new DomainError({
    code: 'EXPERIMENT_NOT_FOUND',
    message: `There is no experiment "${id}".`,
    field: ['id'],
  });
}

function filterOf({ phases, tags, search, archived }: ExperimentFilter): Filter<WithId<ExperimentRow>> {
  return {
    ...(phases ? { phase: { $in: [...phases] } } : {}),
    ...(tags?.length ? { tags: { $all: [...tags] } } : {}),
    ...(archived === undefined ? {} : { archivedAt: { $exists: archived } }),
    ...(search ? { name: { $regex: search.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`), $options: 'i' } } : {}),
  } as Filter<WithId<ExperimentRow>>;
}

function beyond(field: 'createdAt' | 'name', [value, id]: ExperimentCursor, operator: '$gt' | '$lt') {
  const bound = field === 'createdAt' ? new Date(value) : value;
  return { $or: [{ [field]: { [operator]: bound } }, { [field]: bound, _id: { [operator]: id } }] };
}

/** True when `experiment` is one that `filter` asks for: the same meaning as the query, for live streams. */
export function matches(experiment: Experiment, { phases, tags, search, archived }: ExperimentFilter): boolean {
  return (
    (!phases || phases.includes(experiment.phase)) &&
    (archived === undefined || archived === (experiment.archivedAt !== undefined)) &&
    (tags ?? []).every((tag) => experiment.tags.includes(tag)) &&
    (!search || experiment.name.toLowerCase().includes(search.toLowerCase()))
  );
}
