import { ClusterError } from '../../cluster/cluster-error.js';
import type { Pod } from '../../model/pod.js';
import type { LogEntry } from './log-entry.js';
import { mergeByTime } from './log-merge.js';
import { hasStopped, readPod, startOfTail, wholeOf } from './log-pods.js';
import type { LogSession } from './log-session.js';
import { tailOf } from './log-tail.js';

export interface History {
  /** Pods whose log is not to be had any more. */
  readonly gone: ReadonlySet<string>;
}

export interface HistoryNeeds {
  readonly pods: readonly Pod[];
  /** Begin so many lines before the end. */
  readonly tail?: number | undefined;
  /** RFC 3339: nothing older is wanted. */
  readonly since?: string | undefined;
}

/**
 * Reads what the pods' logs hold now, behind what was read before, merged by time.
 *
 * A pod that has not begun or is gone has no lines. Another failure ends what comes
 * from that pod: it is told as a gap, unless the pod is followed afterwards.
 */
export async function readHistory(session: LogSession, { pods, tail, since }: HistoryNeeds): Promise<History> {
  const gone = new Set<string>();
  const logs = pods.map((pod) => readNow(session, pod, { gone, since, tail }));
  await deliver(session, mergeByTime(logs), tail);
  return { gone };
}

/** Puts entries into the queue no faster than they are taken out; of a tail, when all of it has been read. */
export async function deliver({ queue }: LogSession, entries: AsyncIterable<LogEntry>, tail?: number): Promise<void> {
  if (tail !== undefined) {
    const { entries: last, isCut } = await tailOf(entries, tail);
    if (isCut) queue.gap({ reason: `The last ${tail} lines are too much to be sent at once: the first are left out.` });
    for (const entry of last) queue.push(entry);
    return;
  }
  for await (const entry of entries) {
    queue.push(entry);
    if (queue.isFull) await queue.room();
  }
}

type Reading = { readonly gone: Set<string>; readonly since: string | undefined; readonly tail: number | undefined };

async function* readNow(session: LogSession, pod: Pod, { gone, since, tail }: Reading): AsyncGenerator<LogEntry> {
  const { queue, request } = session;
  // Asked before the read: what had stopped by then is read to its end.
  const isStopped = hasStopped(pod);
  let last: LogEntry | undefined;
  try {
    // Of a log that is filtered, the last lines may be none of those that are wanted.
    const isShort = tail !== undefined && request.trialIndex === undefined && !queue.placeIn(pod.id);
    const start = isShort ? await startOfTail(session, pod, tail) : since;
    for await (const entry of readPod(session, { pod, follow: false, since: start })) {
      last = entry;
      yield entry;
    }
    const whole = isStopped ? wholeOf(pod, last?.place ?? queue.placeIn(pod.id)) : undefined;
    if (whole && !session.signal.aborted) yield whole;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (error.status === 404) gone.add(pod.id);
    else if (error.status !== 400 && !request.follow) {
      queue.gap({ reason: `The log of the pod ${pod.name} could not be read: ${error.message}` });
    }
  }
}
