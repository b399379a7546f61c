import { followPodLog } from '../../cluster/logs.js';
import type { PodLogNeeds } from '../../cluster/logs.js';
import type { LogLine as PodLine, LogPosition } from '../../cluster/log-place.js';
import { parseLogLine } from '../../model/log-line.js';
import { hasEnded, type Pod } from '../../model/pod.js';
import type { Trial } from '../../model/trial.js';
import type { ArchivedPod } from '../../store/pod-logs.js';
import type { LogPlace } from './log-cursor.js';
import type { LogEntry } from './log-entry.js';
import type { LogLine } from './log-message.js';
import type { LogRequest, LogSession } from './log-session.js';

/** The container of a pod whose log is read. */
const container = 'runner';

/** How far the clocks of a node and of the server may be apart. */
const clockSkewMs = 600_000;

export interface PodReading {
  readonly pod: Pod;
  readonly follow: boolean;
  /** RFC 3339: nothing older is wanted. Of no account where a log is resumed. */
  readonly since?: string | undefined;
  /** Ends it in place of the session's own. */
  readonly signal?: AbortSignal | undefined;
}

/** Pods of the experiment, or the one that was asked for. */
export function podsOf({ needs: { pods }, request }: LogSession): Pod[] {
  if (request.podId === undefined) return [...pods.values()].filter((pod) => isAskedFor(pod, request));
  const pod = pods.get(request.podId);
  return pod ? [pod] : [];
}

/** Those of which only the archive tells. */
export async function gonePodsOf({ needs, request }: LogSession): Promise<ArchivedPod[]> {
  if (!needs.pods.synced) return [];
  const archived = await needs.podLogs.ofExperiment(request.experimentId);
  return archived.filter(
    ({ podId }) => !needs.pods.get(podId) && (request.podId === undefined || request.podId === podId),
  );
}

export function isAskedFor(pod: Pod, { experimentId, podId }: LogRequest): boolean {
  return pod.experimentId === experimentId && (podId === undefined || pod.id === podId);
}

/** True when its container has begun, so that there is a log to follow. */
export function hasLog(pod: Pod): boolean {
  return hasEnded(pod) || pod.containers.some(({ name, state }) => name === container && state !== 'WAITING');
}

/** True when its container writes no more: it has ended, or the whole pod has. */
export function hasStopped(pod: Pod): boolean {
  return hasEnded(pod) || pod.containers.some(({ name, state }) => name === container && state === 'TERMINATED');
}

/** Says that a pod's log has been read to its end. */
export function wholeOf({ id }: Pick<Pod, 'id'>, place: LogPlace | undefined): LogEntry | undefined {
  if (typeof place !== 'object' || place.whole) return undefined;
  return { source: id, time: place.time, place: { ...place, whole: true } };
}

/** When a trial's first line can have been written at the earliest; only its newest claim is known by time. */
export function earliestOf(trial: Trial | undefined): string | undefined {
  const startedAt = Date.parse((trial?.attempt === 1 && trial.startedAt) || '');
  return Number.isNaN(startedAt) ? undefined : new Date(startedAt - clockSkewMs).toISOString();
}

/**
 * A pod's log from where it was read up to; nothing when that is its end.
 *
 * @throws ClusterError as followPodLog does
 */
export async function* readPod(session: LogSession, reading: PodReading): AsyncGenerator<LogEntry> {
  const { pod, follow, since, signal = session.signal } = reading;
  const after = session.queue.placeIn(pod.id);
  if (typeof after === 'object' && after.whole) return;
  let position = typeof after === 'object' ? { time: after.time, ordinal: after.ordinal } : undefined;
  const archived = await session.needs.podLogs.get(pod.id);
  if (archived) {
    for await (const entry of readArchived(session, archived, { since, signal })) {
      position = entry.place;
      yield entry;
    }
    if (archived.whole || signal.aborted) return;
  }
  const log = podLog(session, pod, { follow, after: position, sinceTime: since, signal });
  const lines = follow ? session.needs.shared.follow(log) : followPodLog(session.needs.connection, log);
  for await (const line of lines) {
    yield toEntry(line, pod, session.request.trialIndex);
  }
}

/** What is archived of a pod's log, from where it was read up to. */
export async function* readArchived(
  { needs, queue, request }: LogSession,
  { podId, podName }: Pick<ArchivedPod, 'podId' | 'podName'>,
  { since, signal }: { readonly since?: string | undefined; readonly signal: AbortSignal },
): AsyncGenerator<LogEntry & { readonly place: LogPosition }> {
  const place = queue.placeIn(podId);
  const after = typeof place === 'object' ? place : undefined;
  for await (const line of needs.podLogs.read(podId, { after, since })) {
    if (signal.aborted) return;
    yield toEntry(line, { id: podId, name: podName }, request.trialIndex);
  }
}

/**
 * A time from which on a pod's log holds at least its last `count` lines.
 *
 * A whole second: a read that begins between two lines of the same time would number them anew.
 */
export async function startOfTail(session: LogSession, pod: Pod, count: number): Promise<string | undefined> {
  const { podLogs } = session.needs;
  // A node gives no more than the newest part of a long log: the archive may have more.
  if (await podLogs.get(pod.id)) return podLogs.startOfTail(pod.id, count);
  const needs = podLog(session, pod, { tailLines: Math.max(1, count), signal: session.signal });
  for await (const { time } of followPodLog(session.needs.connection, needs)) return `${time.slice(0, 19)}Z`;
  return undefined;
}

function podLog({ needs, timing }: LogSession, pod: Pod, more: Partial<PodLogNeeds>): PodLogNeeds {
  return { namespace: needs.connection.namespace, podName: pod.name, container, timing: timing.retry, ...more };
}

function toEntry(
  raw: PodLine,
  pod: Pick<Pod, 'id' | 'name'>,
  wanted: number | undefined,
): LogEntry & { readonly place: LogPosition } {
  const { time, ordinal } = raw;
  const lost = raw.afterLoss && { lostBy: pod.name };
  const entry = { source: pod.id, place: { time, ordinal }, time, ...lost };
  const { text, stream, trialIndex } = parseLogLine(raw.text);
  if (wanted !== undefined && trialIndex !== wanted) return entry;
  const line: LogLine = {
    id: `${pod.id}/${time}/${ordinal}`,
    time: `${time.slice(0, 23)}Z`,
    text,
    podId: pod.id,
    container,
    ...(trialIndex !== undefined && { trialIndex }),
    stream,
  };
  return { ...entry, line };
}
