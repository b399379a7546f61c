import { CsvError, parse } from 'csv-parse/sync';

/** One row of a result file beside its header; both of the same length, texts exactly as written. */
export interface ResultRow {
  readonly columns: string[];
  readonly values: string[];
}

const mostColumns = 1000;
const longestValue = 10_000;

/**
 * Picks one row of a CSV text (RFC 4180; also with a byte order mark, and with
 * `\n`, `\r\n` or `\r` as line ends). Empty lines do not count as rows.
 *
 * @param resultRow 0 the header row, 1 the first data row, -1 the last row
 * @throws Error whose message says in one sentence what is wrong with the text
 */
export function readCsvRow(text: string, resultRow: number): ResultRow {
  const { header, row, count } = pick(text, resultRow);
  if (!header) throw new Error('it holds no rows.');
  if (!row) throw new Error(outOfRange(resultRow, count));
  if (header.length > mostColumns) throw new Error(`it has ${header.length} columns; at most ${mostColumns} are kept.`);
  const long = [...header, ...row].find((value) => value.length > longestValue);
  if (long !== undefined) throw new Error(`a value has ${long.length} characters; at most ${longestValue} are kept.`);
  return { columns: header, values: row };
}

/** Reads to the end, so that a broken row is found wherever it is, but holds two rows only. */
function pick(text: string, resultRow: number) {
  let header: string[] | undefined;
  let row: string[] | undefined;
  let count = 0;
  const onRecord = (record: string[]): null => {
    if (count === 0) header = record;
    if (count === resultRow || (resultRow < 0 && count > 0)) row = record;
    count++;
    return null;
  };
  try {
    parse(text, { bom: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n', '\r'], on_record: onRecord });
  } catch (error) {
    throw error instanceof CsvError ? new Error(inWords(error), { cause: error }) : error;
  }
  return { header, row, count };
}

function outOfRange(resultRow: number, count: number): string {
  const there = count === 1 ? 'only a header row' : `${count - 1} data ${count === 2 ? 'row' : 'rows'}`;
  return resultRow < 0 ? `it has ${there}.` : `row ${resultRow} was asked for, and it has ${there}.`;
}

function inWords(error: CsvError): string {
  const line = `line ${String(error['lines'])}`;
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
      return `the row that ends in ${line} has another number of values than the header.`;
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a quote is opened and never closed.';
    case 'INVALID_OPENING_QUOTE':
    case 'CSV_INVALID_CLOSING_QUOTE':
      return `a quote stands in the middle of a value in ${line}.`;
    default:
      return `it is no CSV at ${line}.`;
  }
}
