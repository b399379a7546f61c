import { clean, cut, widthOf } from './text.js';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** A piece of a line in one style. */
export interface Span {
  readonly text: string;
  readonly style?: Style | undefined;
}

export type Line = readonly Span[];

/** SGR codes: on, off. */
const codes: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

export function span(text: string, style?: Style): Span {
  return { text: clean(text), style };
}

/** The line as text of at most `columns` columns. */
export function paint(line: Line, columns: number, color: boolean): string {
  let left = columns;
  let painted = '';
  for (const { text, style } of line) {
    if (left <= 0) break;
    const rest = widthOf(text) > left ? cut(text, left) : text;
    left -= widthOf(rest);
    const [on, off] = style && color ? codes[style] : [];
    painted += on === undefined || rest === '' ? rest : `\u001b[${on}m${rest}\u001b[${off}m`;
  }
  return painted;
}
