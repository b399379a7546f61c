import type { LogEntry } from './log-entry.js';

interface Head {
  readonly iterator: AsyncIterator<LogEntry>;
  readonly entry: LogEntry;
}

/**
 * Merges logs by time; the order within each log is kept, even where its times go back.
 *
 * Holds one entry per log, so nothing comes before every log has given its first.
 * To leave early, abort what the logs are read with.
 */
export async function* mergeByTime(logs: readonly AsyncIterable<LogEntry>[]): AsyncGenerator<LogEntry> {
  const first = await Promise.all(logs.map((log) => advance(log[Symbol.asyncIterator]())));
  const heads = first.filter((head) => head !== undefined).sort((a, b) => compare(a.entry, b.entry));
  for (let head = heads.shift(); head; head = heads.shift()) {
    yield head.entry;
    const next = await advance(head.iterator);
    if (next) heads.splice(placeFor(next.entry, heads), 0, next);
  }
}

async function advance(iterator: AsyncIterator<LogEntry>): Promise<Head | undefined> {
  const { done, value } = await iterator.next();
  return done ? undefined : { iterator, entry: value };
}

/** In front of heads of the same time: the log that was read last goes on. Bisection. */
function placeFor(entry: LogEntry, heads: readonly Head[]): number {
  let low = 0;
  let high = heads.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = heads[middle];
    if (at && at.entry.time < entry.time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(a: LogEntry, b: LogEntry): number {
  return a.time < b.time ? -1 : Number(a.time > b.time);
}
