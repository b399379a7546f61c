import type { Out } from '../../src/cli/out.js';

/** An output that keeps what is written. */
export function fakeOut(more: Partial<Out> = {}): Out & { readonly text: string } {
  const written: string[] = [];
  return {
    write: (text) => void written.push(text),
    isTerminal: false,
    columns: 80,
    rows: 24,
    ...more,
    get text() {
      return written.join('');
    },
  };
}

const escape = '\\u001b\\[\\??';
const tokens = new RegExp(`${escape}\\d*[A-Za-z]|[^]`, 'gu');
const sequence = new RegExp(`^${escape}(\\d*)([A-Za-z])$`);

/**
 * What stands on a terminal of so many columns after this was written: moves
 * up, clears, line ends and wrapping are carried out; colours are left out.
 */
export function screenOf(text: string, columns: number): string[] {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  for (const token of text.match(tokens) ?? []) {
    const [, count, verb] = sequence.exec(token) ?? [];
    if (verb === 'A') row = Math.max(0, row - Number(count || 1));
    else if (verb === 'K') lines[row] = (lines[row] ?? '').slice(0, column);
    else if (verb === 'J') {
      lines[row] = (lines[row] ?? '').slice(0, column);
      lines.splice(row + 1);
    } else if (verb !== undefined) continue;
    else if (token === '\r') column = 0;
    else if (token === '\n') {
      row += 1;
      column = 0;
      lines[row] ??= '';
    } else {
      if (column >= columns) {
        row += 1;
        column = 0;
      }
      const line = (lines[row] ?? '').padEnd(column);
      lines[row] = line.slice(0, column) + token + line.slice(column + 1);
      column += 1;
    }
  }
  return lines;
}
