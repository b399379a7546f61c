import { ClusterError } from '../../cluster/cluster-error.js';
import type { Pod } from '../../model/pod.js';
import type { ArchivedPod } from '../../store/pod-logs.js';
import type { LogEntry } from './log-entry.js';
import { mergeByTime } from './log-merge.js';
import { hasStopped, readArchived, readPod, startOfTail, wholeOf } from './log-pods.js';
import type { LogSession } from './log-session.js';
import { tailOf } from './log-tail.js';

export interface History {
  /** Pods whose log is not to be had any more. */
  readonly gone: ReadonlySet<string>;
}

export interface HistoryNeeds {
  readonly pods: readonly Pod[];
  /** Those of which only the archive tells. */
  readonly archived: readonly ArchivedPod[];
  /** Begin so many lines before the end. */
  readonly tail?: number | undefined;
  /** RFC 3339: nothing older is wanted. */
  readonly since?: string | undefined;
}

/**
 * Reads what the pods' logs hold now, behind what was read before, merged by time.
 *
 * A pod that has not begun has no lines; of one that is gone come those that are
 * archived, and when its archive has no end, that is told. Another failure ends what comes
 * from that pod: it is told as a gap, unless the pod is followed afterwards.
 */
export async function readHistory(
  session: LogSession,
  { pods, archived, tail, since }: HistoryNeeds,
): Promise<History> {
  const gone = new Set<string>();
  const logs = pods.map((pod) => readNow(session, pod, { gone, since, tail }));
  const rest = archived.map((pod) => readGone(session, pod, { gone, since, tail }));
  await deliver(session, mergeByTime([...logs, ...rest]), tail);
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
    if (error.status === 404) {
      const archived = await session.needs.podLogs.get(pod.id);
      if (archived) yield* readGone(session, archived, { gone, since: last?.time, tail: undefined }, last);
      else gone.add(pod.id);
    } else if (error.status !== 400 && !request.follow) {
      queue.gap({ reason: `The log of the pod ${pod.name} could not be read: ${error.message}` });
    }
  }
}

/** @param last What was read of it in this session */
async function* readGone(
  session: LogSession,
  pod: ArchivedPod,
  { gone, since, tail }: Reading,
  last?: LogEntry,
): AsyncGenerator<LogEntry> {
  const { needs, queue, request, signal } = session;
  const { podId: id, podName, whole } = pod;
  const place = last?.place ?? queue.placeIn(id);
  if (typeof place === 'object' && place.whole) return;
  const isShort = tail !== undefined && request.trialIndex === undefined && !place;
  const start = isShort ? await needs.podLogs.startOfTail(id, tail) : since;
  let end = last;
  if (!last) {
    for await (const entry of readArchived(session, pod, { since: start, signal })) {
      end = entry;
      yield entry;
    }
  }
  if (signal.aborted) return;
  const at = end?.place ?? place;
  if (!whole) {
    gone.add(id);
    const told = typeof at === 'object' && { since: `${at.time.slice(0, 23)}Z` };
    if (request.trialIndex === undefined) {
      queue.gap({ reason: `The pod ${podName} is gone, and with it what it wrote after what was read.`, ...told });
    }
  }
  const read = wholeOf({ id }, at);
  if (read) yield read;
}
