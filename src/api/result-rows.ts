import type { Experiment } from '../model/experiment.js';
import { resultColumns, resultHeader, resultRow } from '../model/results.js';
import type { Trials } from '../store/trials.js';
import { assignmentOf } from './spaces.js';

/** One line of an experiment's results. */
export interface ResultRow {
  readonly index: number;
  readonly cells: readonly string[];
}

/**
 * The results of an experiment as they stand at its version: a header, and rows
 * by index from `from` on, read as they are taken. Later reports do not show.
 */
export async function readResults(
  trials: Trials,
  experiment: Experiment,
  from = 0,
): Promise<{ readonly header: string[]; readonly rows: AsyncIterable<ResultRow> }> {
  const columns = resultColumns(await trials.resultHeaders(experiment.id, experiment.version));
  async function* rows(): AsyncIterable<ResultRow> {
    for await (const trial of trials.withResults(experiment.id, experiment.version, from)) {
      const cells = resultRow(trial, assignmentOf(experiment, trial.index), columns);
      if (cells) yield { index: trial.index, cells };
    }
  }
  return { header: resultHeader(columns, experiment.parameters), rows: rows() };
}
