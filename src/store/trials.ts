import type { Filter } from 'mongodb';
import { resultPhases } from '../model/results.js';
import type { Trial, TrialPhase } from '../model/trial.js';
import { trialId } from '../model/trial.js';
import type { Database } from './database.js';
import { toTrial, type TrialRow } from './trial-row.js';

export type Trials = ReturnType<typeof createTrials>;

/** Reads trials. Only those that were claimed once are stored; the others are computed from the experiment. */
export function createTrials({ db }: Database) {
  const rows = db.collection<TrialRow>('trials');

  return {
    /** Resolves to undefined when the trial has not been touched. */
    async get(experimentId: string, index: number): Promise<Trial | undefined> {
      const row = await rows.findOne({ _id: trialId(experimentId, index) });
      return row ? toTrial(row) : undefined;
    },

    /** Touched trials with first <= index < end, in index order. */
    async range(experimentId: string, first: number, end: number): Promise<Trial[]> {
      const found = await rows
        .find({ experimentId, index: { $gte: first, $lt: end } })
        .sort({ index: 1 })
        .toArray();
      return found.map(toTrial);
    },

    /** Touched trials in `phases` beyond an index, nearest first: upwards in index order, or downwards. */
    async inPhases(
      experimentId: string,
      phases: readonly TrialPhase[],
      { beyond, limit, direction }: { beyond?: number; limit: number; direction: 1 | -1 },
    ): Promise<Trial[]> {
      const bound = beyond === undefined ? {} : { index: { [direction === 1 ? '$gt' : '$lt']: beyond } };
      const found = await rows
        .find({ experimentId, phase: { $in: [...phases] }, ...bound } as Filter<TrialRow>)
        .sort({ index: direction })
        .limit(limit)
        .toArray();
      return found.map(toTrial);
    },

    /** Every touched trial of an experiment, in index order, read in batches. */
    async *all(experimentId: string): AsyncIterable<Trial> {
      for await (const row of rows.find({ experimentId }).sort({ index: 1 })) yield toTrial(row);
    },

    /**
     * Trials that have a row in the results, from an index on, as they stood at a
     * version of the experiment: two reads at one version give the same rows.
     */
    async *withResults(experimentId: string, version: number, from = 0): AsyncIterable<Trial> {
      const filter = {
        experimentId,
        phase: { $in: [...resultPhases] },
        index: { $gte: from },
        version: { $lte: version },
      };
      for await (const row of rows.find(filter).sort({ index: 1 })) yield toTrial(row);
    },

    /** Trials that a pod holds or ended, newest first. */
    async ofPod(podId: string, limit: number): Promise<Trial[]> {
      const found = await rows.find({ podId }).sort({ version: -1 }).limit(limit).toArray();
      return found.map(toTrial);
    },

    /** Uids of the pods that hold claims of this experiment. */
    async holders(experimentId: string): Promise<string[]> {
      const found = await rows.distinct('podId', { experimentId, phase: 'RUNNING' });
      return found.filter((podId): podId is string => typeof podId === 'string');
    },

    /** Result headers of an experiment at a version, each distinct one once, in order of first appearance by index. */
    async resultHeaders(experimentId: string, version: number): Promise<Pick<Trial, 'result'>[]> {
      const seen = new Map<string, Pick<Trial, 'result'>>();
      const filter = { experimentId, phase: 'SUCCEEDED' as const, version: { $lte: version } };
      for await (const { result } of rows.find(filter, { projection: { result: 1 } }).sort({ index: 1 })) {
        const header = JSON.stringify(result.map(([column]) => column));
        if (!seen.has(header)) seen.set(header, { result });
      }
      return [...seen.values()];
    },
  };
}
