import type { LogGap, LogLine, LogLines } from './changes.js';

/** Lines in their order, and the places where some are missing. */
export interface LogContent {
  /** A gap stands where its lines would be. */
  readonly entries: readonly ({ readonly line: LogLine } | { readonly gap: LogGap })[];
  /** Older entries that were let go of, to stay within bounds. */
  readonly dropped: number;
}

/** A browser draws no more. */
const keptEntries = 10_000;

/** Holds the last 10,000 lines and gaps of a log. Lines come once: the stream has taken out what came again. */
export function createLog() {
  let entries: LogContent['entries'][number][] = [];
  let dropped = 0;
  return {
    apply({ lines, gap }: LogLines): void {
      if (gap) entries.push({ gap });
      for (const line of lines) entries.push({ line });
      // Not with every line: moving so many costs more than it frees.
      if (entries.length < keptEntries * 1.1) return;
      dropped += entries.length - keptEntries;
      entries = entries.slice(-keptEntries);
    },
    copy: (): LogContent => ({ entries: [...entries], dropped }),
  };
}
