/** One line of what a bench found. */
export interface Finding {
  readonly what: string;
  /** One value per round. */
  readonly values: readonly number[];
  /** The most it may be; a figure without a bar is only told. */
  readonly atMost?: number;
  readonly unit: string;
}

/** A bar is met when at most one round of five misses it. */
export function isMet({ values, atMost }: Finding): boolean {
  return atMost === undefined || values.filter((value) => value > atMost).length * 5 <= values.length;
}

/** Prints one table as Markdown, and makes the process end with 1 when a bar was missed. */
export function report(title: string, findings: readonly Finding[]): void {
  const rows = findings.map((finding) => {
    const { what, values, atMost, unit } = finding;
    const sorted = values.toSorted((a, b) => a - b);
    const figures = [sorted[sorted.length >> 1], sorted[0], sorted.at(-1)].map((value) => rounded(Number(value)));
    const bar = atMost === undefined ? ['', ''] : [`≤ ${atMost}`, isMet(finding) ? 'met' : 'MISSED'];
    return [what, ...figures, unit, ...bar];
  });
  printTable(title, ['', 'median', 'min', 'max', 'unit', 'bar', ''], rows);
  if (!findings.every(isMet)) process.exitCode = 1;
}

export function printTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => [...(row[column] ?? '')].length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell + ' '.repeat(Number(widths[column]) - [...cell].length)).join(' | ')} |`;
  const text = [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
  process.stdout.write(`\n### ${title}\n\n${text}\n`);
}

/** The ratio of two measurements, round by round. */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  return ours.map((value, round) => value / Number(theirs[round]));
}

function rounded(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
