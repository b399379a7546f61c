import type { LogEntry } from './log-entry.js';

export interface LogTail {
  /** In order; those without a line are places behind a dropped line. */
  readonly entries: readonly LogEntry[];
  /** True when fewer than `count` lines are here because they take too much memory. */
  readonly isCut: boolean;
}

/** What the lines of a tail may take, in UTF-16 units. */
const mostCharacters = 64 * 1024 * 1024;

/** Reads to the end and keeps the last `count` lines, and where each log has been read up to before them. */
export async function tailOf(
  entries: AsyncIterable<LogEntry>,
  count: number,
  characters = mostCharacters,
): Promise<LogTail> {
  const dropped = new Map<string, LogEntry>();
  let kept: LogEntry[] = [];
  let size = 0;
  let isCut = false;

  function drop(least: number): void {
    let first = 0;
    while (first < kept.length && (first < least || size > characters)) {
      const { line: _line, lostBy: _lostBy, ...place } = kept[first] as LogEntry;
      size -= kept[first]?.line?.text.length ?? 0;
      dropped.set(place.source, place);
      first += 1;
    }
    isCut ||= first > Math.max(0, least);
    kept = kept.slice(first);
  }

  /** What is passed over behind a kept line is told by the next kept line of its log, or at the end. */
  const passed = new Map<string, LogEntry>();
  for await (const entry of entries) {
    if (!entry.line) {
      passed.set(entry.source, entry);
      continue;
    }
    passed.delete(entry.source);
    kept.push(entry);
    size += entry.line.text.length;
    // Twice as many, so that dropping costs little per line.
    if (kept.length >= 2 * count + 1000 || size > 2 * characters) drop(kept.length - count);
  }
  drop(kept.length - count);
  return { entries: [...dropped.values(), ...kept, ...passed.values()], isCut };
}
