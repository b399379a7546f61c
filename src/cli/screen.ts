import type { Out } from './out.js';
import type { Line } from './span.js';
import { paint } from './span.js';
import { widthOf } from './text.js';

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
const clearRestOfLine = '\u001b[K';
const clearBelow = '\u001b[J';

/**
 * Lines at the bottom of a terminal that are drawn over again and again.
 *
 * One column is left free, so that no line makes the terminal wrap. When it
 * was made narrower since the last time, what it wrapped then is counted in.
 */
export function createScreen(out: Out, color: boolean) {
  let drawnWidths: readonly number[] = [];
  let hidden = false;

  function up(): string {
    const rows = drawnWidths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / out.columns)), 0);
    return rows > 0 ? `\u001b[${rows}A\r` : '\r';
  }

  return {
    /** Draws these lines in the place of the last ones. */
    draw(lines: readonly Line[]): void {
      const columns = Math.max(1, out.columns - 1);
      const painted = lines.map((line) => paint(line, columns, color));
      out.write(
        `${hidden ? '' : hideCursor}${up()}${painted.map((line) => `${line}${clearRestOfLine}\n`).join('')}${clearBelow}`,
      );
      hidden = true;
      drawnWidths = lines.map((line) =>
        Math.min(
          columns,
          line.reduce((sum, { text }) => sum + widthOf(text), 0),
        ),
      );
    },
    /** Leaves the lines where they are and gives the terminal back. */
    end(): void {
      if (hidden) out.write(showCursor);
      hidden = false;
      drawnWidths = [];
    },
  };
}
