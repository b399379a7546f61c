import type { LogLines } from './changes.js';

/** Lines that are remembered to know one that comes again: far more than a resumed stream may repeat. */
const rememberedLines = 20_000;

/**
 * Takes out of each change the lines that were there before.
 *
 * A stream that is resumed delivers at least once; a line has the same id on
 * every read, so here it comes exactly once, as long as not more than 20,000
 * newer ones came between.
 */
export function createLineFilter(): (change: LogLines) => LogLines {
  const seen = new Set<string>();
  return (change) => {
    const lines = change.lines.filter(({ id }) => {
      if (seen.has(id)) return false;
      seen.add(id);
      return true;
    });
    for (const id of seen) {
      if (seen.size <= rememberedLines) break;
      seen.delete(id);
    }
    return { ...change, lines };
  };
}
