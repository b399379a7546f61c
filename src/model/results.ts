import type { Assignment, Parameter } from './parameter.js';
import type { Trial, TrialPhase } from './trial.js';

/** Result rows of a trial, and where it stands: all that results.csv needs of it. */
type ResultTrial = Pick<Trial, 'index' | 'phase' | 'result'>;

const indexColumn = 'Experiment Run';

/** What stands in every output column of a trial that has ended without a result. */
const outcomeWords: Partial<Record<TrialPhase, string>> = { FAILED: 'ERROR', TIMED_OUT: 'TIMEOUT' };

/** Trials that have a row: those that ran to an end. Cancelled ones have none. */
export const resultPhases: readonly TrialPhase[] = ['SUCCEEDED', 'FAILED', 'TIMED_OUT'];

/**
 * Output columns of all trials, united in order of first appearance.
 *
 * Pass trials by ascending index. A program may use one name twice in a header:
 * the k-th column of a name is the same column in every trial, so two columns
 * `a` stay two. A column that is called like a parameter stays one of its own.
 */
export function resultColumns(trials: Iterable<Pick<Trial, 'result'>>): string[] {
  const columns: string[] = [];
  const known = new Map<string, number>();
  for (const { result } of trials) {
    const here = new Map<string, number>();
    for (const [column] of result) {
      const times = (here.get(column) ?? 0) + 1;
      here.set(column, times);
      if (times <= (known.get(column) ?? 0)) continue;
      known.set(column, times);
      columns.push(column);
    }
  }
  return columns;
}

/** The number that a value of a result row says; undefined when it says no finite one. */
export function numberIn(value: string): number | undefined {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Names that get a column each, sorted by code unit: of a group its columns. */
export function parameterColumns(parameters: readonly Parameter[]): string[] {
  return parameters
    .flatMap((parameter) =>
      parameter.kind === 'group' ? parameter.columns.map((column) => column.name) : [parameter.name],
    )
    .sort();
}

/** First line of results.csv: the index, the output columns, the parameters. */
export function resultHeader(columns: readonly string[], parameters: readonly Parameter[]): string[] {
  return [indexColumn, ...columns, ...parameterColumns(parameters)];
}

/**
 * One line of results.csv under `resultHeader`, or undefined while the trial has none.
 *
 * A trial that failed or timed out has ERROR or TIMEOUT in every output column,
 * whatever it wrote; one that succeeded leaves columns it does not know empty.
 */
export function resultRow(
  trial: ResultTrial,
  assignment: Assignment,
  columns: readonly string[],
): string[] | undefined {
  if (!resultPhases.includes(trial.phase)) return undefined;
  const word = outcomeWords[trial.phase];
  const settings = assignment.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((setting) => setting.text);
  return [String(trial.index), ...(word ? columns.map(() => word) : valuesUnder(columns, trial.result)), ...settings];
}

/** Cells as one line of CSV with its line end. @see RFC 4180, with `\n` for CRLF as v1 wrote it. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\n`;
}

function csvCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function valuesUnder(columns: readonly string[], result: Trial['result']): string[] {
  const waiting = new Map<string, string[]>();
  for (const [column, value] of result) waiting.set(column, [...(waiting.get(column) ?? []), value]);
  return columns.map((column) => waiting.get(column)?.shift() ?? '');
}
