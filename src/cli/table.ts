import { clean, pad, widthOf } from './text.js';

const numeric = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Rows under a header, aligned; a column whose every value is a number or empty stands right.
 *
 * @returns lines without a line end, none for trailing spaces.
 */
export function tableLines(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [header, ...rows].map((row) => header.map((_, column) => clean(row[column] ?? '')));
  const columns = header.map((_, column) => {
    const values = cells.slice(1).map((row) => row[column] ?? '');
    const side: 'left' | 'right' =
      values.some((value) => value !== '') && values.every((value) => value === '' || numeric.test(value))
        ? 'left'
        : 'right';
    return { width: cells.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), 0), side };
  });
  return cells.map((row) =>
    columns
      .map(({ width, side }, column) => pad(row[column] ?? '', width, side))
      .join('  ')
      .trimEnd(),
  );
}
