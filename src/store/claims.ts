import type { AnyBulkWriteOperation, ClientSession } from 'mongodb';
import type { Diagnosis } from '../model/diagnosis.js';
import { DomainError } from '../model/errors.js';
import type { Experiment } from '../model/experiment.js';
import { refuseIndices, retriablePhases, retried, retriedTrial } from '../model/retry.js';
import { afterTrials, cancelled, failedByJob, withTransition } from '../model/transitions.js';
import { podLossLimit, trialId, type Trial, type TrialReport } from '../model/trial.js';
import { refuseUnfinished } from '../model/refuse-phase.js';
import type { Database } from './database.js';
import { experimentUpdate, toExperiment, type ExperimentRow } from './experiment-row.js';
import type { DeletionRow } from './deletions.js';
import { fromTrial, toTrial, type TrialRow } from './trial-row.js';
import { afterReport } from './trial-outcome.js';

/** What a pod asks for. `now` is RFC 3339. */
export interface Claim {
  readonly podId: string;
  readonly limit: number;
  /** Indices that it was given and knows of. */
  readonly holding: readonly number[];
  readonly now: string;
}

export type Claims = ReturnType<typeof createClaims>;

/**
 * The only writer of trials. Every verb changes trials and their experiment's
 * counts, phase and version in one transaction, so that the counts are the sum
 * of the trials at every moment, whoever dies.
 */
export function createClaims(database: Database) {
  const experiments = database.db.collection<ExperimentRow>('experiments');
  const trials = database.db.collection<TrialRow>('trials');
  const deletions = database.db.collection<DeletionRow>('deletions');
  const locks = database.db.collection<{ readonly _id: string; readonly taken: number }>('experimentLocks');

  /**
   * The experiment as this transaction will leave it, one version on. A second
   * writer conflicts here, before it did any work; the row is one of its own, so
   * that in the change stream an experiment comes after its trials.
   */
  async function lock(id: string, session: ClientSession): Promise<Experiment | undefined> {
    await locks.updateOne({ _id: id }, { $inc: { taken: 1 } }, { session, upsert: true });
    const row = await experiments.findOne({ _id: id }, { session });
    return row ? { ...toExperiment(row), version: row.version + 1 } : undefined;
  }

  async function save(next: Experiment, writes: AnyBulkWriteOperation<TrialRow>[], session: ClientSession) {
    if (writes.length > 0) await trials.bulkWrite(writes, { session, ordered: true });
    const { version } = next;
    const update = experimentUpdate(next);
    await experiments.updateOne({ _id: next.id }, { ...update, $set: { ...update.$set, version } }, { session });
    return next;
  }

  /** Ends what is open of an experiment by a law of model/transitions. */
  function endOpen(id: string, law: (experiment: Experiment) => Experiment, now: string) {
    return database.transaction(async (session) => {
      const experiment = await lock(id, session);
      if (!experiment) throw notFound(id);
      const next = law(experiment);
      if (next === experiment) return experiment;
      await trials.updateMany(
        { experimentId: id, phase: { $in: ['RUNNING', 'WAITING'] } },
        { $set: { phase: 'CANCELLED', version: experiment.version, finishedAt: new Date(now) } },
        { session },
      );
      return save(next, [], session);
    });
  }

  return {
    /**
     * Gives trials to a pod: those that it was given before and does not hold,
     * then up to `limit` of those that came back and the next of the space. None
     * when nothing is left, or the experiment is to stop.
     */
    claim(experimentId: string, { podId, limit, holding, now }: Claim): Promise<Trial[]> {
      return database.transaction(async (session) => {
        const experiment = await lock(experimentId, session);
        if (!experiment || !givesOut(experiment)) return [];
        const share = Math.min(limit, Math.max(1, Math.ceil(experiment.counts.waiting / (2 * experiment.workers))));
        const held = { podId, phase: 'RUNNING', experimentId, index: { $nin: [...holding] } } as const;
        const unheard = await trials.find(held, { session }).toArray();
        const back = await trials
          .find({ experimentId, phase: 'WAITING' }, { session })
          .sort({ index: 1 })
          .limit(share)
          .toArray();
        const untouched = experiment.untouchedCancelled ? 0 : experiment.counts.total - experiment.nextIndex;
        const fresh = Math.min(share - back.length, untouched);
        const running = { phase: 'RUNNING', podId, startedAt: now, version: experiment.version } as const;
        const again = [...unheard, ...back].map((row) => ({ ...toTrial(row), ...running, attempt: row.attempt + 1 }));
        const first = Array.from({ length: fresh }, (_, offset): Trial => {
          const index = experiment.nextIndex + offset;
          return { experimentId, index, attempt: 1, podLosses: 0, result: [], ...running };
        });
        if (again.length + first.length === 0) return [];
        const counts = withTransition(experiment.counts, 'WAITING', 'RUNNING', back.length + fresh);
        const next = { ...afterTrials(experiment, counts, now), nextIndex: experiment.nextIndex + fresh };
        const inserts = first.map((trial) => ({ insertOne: { document: fromTrial(trial) } }));
        await save(next, [...again.map(replace), ...inserts], session);
        return [...again, ...first];
      });
    },

    /**
     * Applies reports whose claims stand; the others are ignored, so a report
     * may be repeated.
     *
     * @returns the indices that were applied
     */
    report(experimentId: string, podId: string, reports: readonly TrialReport[], now: string): Promise<number[]> {
      return database.transaction(async (session) => {
        const experiment = await lock(experimentId, session);
        if (!experiment) return [];
        const ids = reports.map((report) => trialId(experimentId, report.index));
        const held = await trials.find({ _id: { $in: ids }, phase: 'RUNNING', podId }, { session }).toArray();
        const byIndex = new Map(held.map((row) => [row.index, toTrial(row)]));
        let { counts } = experiment;
        const changed: Trial[] = [];
        for (const report of reports) {
          const trial = byIndex.get(report.index);
          if (trial?.attempt !== report.attempt) continue;
          byIndex.delete(report.index);
          const after = { ...afterReport(trial, report, now), version: experiment.version };
          counts = withTransition(counts, 'RUNNING', after.phase);
          changed.push(after);
        }
        if (changed.length > 0) await save(afterTrials(experiment, counts, now), changed.map(replace), session);
        return changed.map((trial) => trial.index);
      });
    },

    /**
     * Takes back what a pod holds of an experiment, because the pod is gone:
     * the trials wait again, or fail with `lost` when it happened too often.
     */
    takeBack(experimentId: string, podId: string, lost: Diagnosis, now: string): Promise<number> {
      return database.transaction(async (session) => {
        const experiment = await lock(experimentId, session);
        const held = await trials.find({ experimentId, podId, phase: 'RUNNING' }, { session }).toArray();
        if (!experiment || held.length === 0) return 0;
        let { counts } = experiment;
        const changed = held.map((row) => {
          const { podId: _pod, startedAt: _start, ...trial } = toTrial(row);
          // Whoever paused it ended the pod.
          const podLosses = trial.podLosses + (experiment.phase === 'PAUSED' ? 0 : 1);
          const given = podLosses >= podLossLimit && podLosses > trial.podLosses;
          const phase = given ? ('FAILED' as const) : ('WAITING' as const);
          counts = withTransition(counts, 'RUNNING', phase);
          const end = given ? { podId, diagnosis: lost, finishedAt: now } : {};
          return { ...trial, ...end, phase, podLosses, version: experiment.version };
        });
        await save(afterTrials(experiment, counts, now), changed.map(replace), session);
        return held.length;
      });
    },

    /**
     * Changes an experiment by a law that leaves its trials as they are.
     *
     * @throws DomainError EXPERIMENT_NOT_FOUND, and what `law` throws
     */
    change(id: string, law: (experiment: Experiment) => Experiment): Promise<Experiment> {
      return database.transaction(async (session) => {
        const experiment = await lock(id, session);
        if (!experiment) throw notFound(id);
        const next = law(experiment);
        return next === experiment ? experiment : save(next, [], session);
      });
    },

    /**
     * Lets ended trials run again: those at `indices`, or all that did not succeed.
     *
     * @returns how many wait again
     * @throws DomainError EXPERIMENT_NOT_FOUND, EXPERIMENT_STOPPING, TRIAL_INDEX_OUT_OF_RANGE, TRIALS_NOT_RETRIABLE
     */
    retry(id: string, indices: readonly number[] | undefined): Promise<{ experiment: Experiment; retried: number }> {
      return database.transaction(async (session) => {
        const experiment = await lock(id, session);
        if (!experiment) throw notFound(id);
        const wanted = indices ? { index: { $in: [...indices] } } : { phase: { $in: [...retriablePhases] } };
        const rows = await trials.find({ experimentId: id, ...wanted }, { session }).toArray();
        if (indices) refuseIndices(experiment, indices, (index) => rows.find((row) => row.index === index)?.phase);
        const phases = rows.map(({ phase }) => phase);
        const next = retried(experiment, phases, indices === undefined);
        const again = rows.map((row) => ({ ...retriedTrial(toTrial(row)), version: experiment.version }));
        await save(next, again.map(replace), session);
        return { experiment: next, retried: next.counts.waiting - experiment.counts.waiting };
      });
    },

    /**
     * Takes an ended experiment out of the database, and notes what is left to be taken away.
     *
     * @returns it as it was
     * @throws DomainError EXPERIMENT_NOT_FOUND, EXPERIMENT_NOT_FINISHED
     */
    remove(id: string): Promise<Experiment> {
      return database.transaction(async (session) => {
        const experiment = await lock(id, session);
        if (!experiment) throw notFound(id);
        refuseUnfinished(experiment);
        await deletions.insertOne({ _id: id, fileId: experiment.program.fileId }, { session });
        await experiments.deleteOne({ _id: id }, { session });
        return experiment;
      });
    },

    /** Records that an experiment is to stop. @throws DomainError EXPERIMENT_NOT_FOUND, EXPERIMENT_ALREADY_FINISHED */
    cancel: (id: string, now: string) => endOpen(id, cancelled, now),

    /** Ends an experiment whose Job cannot go on. */
    failByJob: (id: string, diagnosis: Diagnosis, now: string) =>
      endOpen(id, (experiment) => failedByJob(experiment, diagnosis, now), now),
  };
}

function givesOut({ phase }: Experiment): boolean {
  return phase === 'QUEUED' || phase === 'RUNNING';
}

function notFound(id: string): DomainError {
  return new DomainError({ code: 'EXPERIMENT_NOT_FOUND', message: `There is no experiment "${id}".`, field: ['id'] });
}

function replace(trial: Trial): AnyBulkWriteOperation<TrialRow> {
  const replacement = fromTrial(trial);
  return { replaceOne: { filter: { _id: replacement._id }, replacement } };
}
