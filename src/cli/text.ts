const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const plainAscii = /^[\x20-\x7e]*$/;
const emoji = /\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F/u;
/** Scripts that terminals draw two columns wide (Unicode Standard Annex 11: Wide and Fullwidth). */
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]/u;

/** Characters that would move the cursor, change colours or turn the writing direction. */
const controls = /[\p{Control}\p{Bidi_Control}\u2028\u2029]+/gu;

/** Text of others on one line, unable to act on the terminal. */
export function clean(text: string): string {
  return plainAscii.test(text) ? text : text.replaceAll(controls, ' ');
}

function graphemeWidth(grapheme: string): number {
  if (emoji.test(grapheme) || wide.test(grapheme)) return 2;
  return /^[\p{Mark}\p{Format}]+$/u.test(grapheme) ? 0 : 1;
}

/** Columns that a terminal uses for this line of text. */
export function widthOf(text: string): number {
  if (plainAscii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** The text, or as much of it as fits into `columns` with a "…" at its end. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let kept = '';
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += graphemeWidth(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return columns > 0 ? `${kept}…` : '';
}

/** Fills up to `columns` with spaces, behind the text or before it. Never shortens. */
export function pad(text: string, columns: number, side: 'left' | 'right' = 'right'): string {
  const space = ' '.repeat(Math.max(0, columns - widthOf(text)));
  return side === 'right' ? text + space : space + text;
}
