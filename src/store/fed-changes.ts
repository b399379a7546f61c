/** The collections of the change feed: every process watches the same, or positions would differ. */
const fedCollections = ['experiments', 'trials', 'feedMarks'];

/** What makes rows go without an event for each, and what ends a stream. */
const ends: ReadonlySet<string> = new Set(['drop', 'rename', 'dropDatabase', 'invalidate']);

/** The pipeline of a change stream that is about the feed. */
export const fedChanges = [
  { $match: { $or: [{ 'ns.coll': { $in: fedCollections } }, { operationType: { $in: [...ends] } }] } },
];

/** Rows went, or the stream did: nothing can be said but what is there now. */
class FeedEnd extends Error {}

/** @throws FeedEnd */
export function refuseEnd(operationType: string): void {
  if (ends.has(operationType)) throw new FeedEnd(`The change stream ended with ${operationType}.`);
}

/** Also ChangeStreamHistoryLost, ChangeStreamFatalError, InvalidResumeToken, and the oldest entry gone. */
export function isHistoryLost(error: unknown): boolean {
  if (error instanceof FeedEnd) return true;
  const code = (error as { code?: unknown }).code;
  return code === 286 || code === 280 || code === 260 || code === 40_576;
}
