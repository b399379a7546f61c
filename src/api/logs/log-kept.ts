import { LineSplitter } from '../../cluster/lines.js';
import { trialId, type Trial } from '../../model/trial.js';
import { isKept, keptSource } from './log-cursor.js';
import type { LogEntry } from './log-entry.js';
import { deliver } from './log-history.js';
import type { LogSession } from './log-session.js';

/** As for a pod's line. */
const maxLineBytes = 1 << 18;

/** True when the subscriber has begun to read the kept log of this attempt. */
export function hasBegunKept({ places }: LogSession, { attempt }: Trial): boolean {
  return places.has(keptSource(attempt));
}

/**
 * Serves the log that was kept of a trial, instead of the pod's, behind what the
 * subscriber has read of it.
 *
 * Its lines have ids of their own, and standard output and error in one: it is said
 * as a gap when lines of the pod were read before.
 */
export async function readKept(session: LogSession, trial: Trial): Promise<void> {
  const { needs, queue, places, request } = session;
  const begun = places.get(keptSource(trial.attempt));
  const pieces = await needs.trialLogs.read(trial.experimentId, trial.index, trial.attempt);
  const isPodGone = trial.podId !== undefined && !needs.pods.get(trial.podId);
  if (!pieces && isPodGone) queue.gap({ reason: 'The pod is gone, and no log of this trial was kept.' });
  else if (pieces && begun === undefined && (places.size > 0 || queue.lines > 0)) {
    const isOther = [...places.keys()].some(isKept);
    const why = isOther ? 'The trial has run again' : 'The pod is gone';
    queue.gap({ reason: `${why}; this is the log that was kept, from its start.` });
  }
  for (const source of places.keys()) if (source !== keptSource(trial.attempt)) queue.forget(source);
  if (pieces) await deliver(session, entriesOf(pieces, trial, Number(begun ?? 0), session.signal), request.tail);
}

async function* entriesOf(
  pieces: AsyncIterable<Uint8Array>,
  trial: Trial,
  skip: number,
  signal: AbortSignal,
): AsyncGenerator<LogEntry> {
  let number = 0;
  for await (const bytes of linesOf(pieces)) {
    if (signal.aborted) return;
    number += 1;
    if (number > skip) yield toEntry(trial, number, bytes.toString('utf8'));
  }
}

async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const splitter = new LineSplitter(maxLineBytes);
  for await (const piece of pieces) {
    yield* splitter.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
  }
  const rest = splitter.rest();
  if (rest.length > 0) yield rest;
}

function toEntry({ experimentId, index, attempt, ...trial }: Trial, number: number, text: string): LogEntry {
  const time = trial.finishedAt ?? trial.startedAt ?? '1970-01-01T00:00:00.000Z';
  return {
    source: keptSource(attempt),
    place: number,
    time,
    line: {
      id: `${trialId(experimentId, index)}.${attempt}/${number}`,
      time,
      text: text.replace(/\r$/, ''),
      podId: trial.podId ?? '',
      container: 'runner',
      trialIndex: index,
      stream: 'STDOUT',
    },
  };
}
