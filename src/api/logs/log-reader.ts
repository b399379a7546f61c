import { decodeLogCursor } from './log-cursor.js';
import type { LogPlaces } from './log-cursor.js';
import { followPods } from './log-follow.js';
import { readHistory } from './log-history.js';
import { tellLosses } from './log-losses.js';
import type { LogMessage } from './log-message.js';
import { gonePodsOf, podsOf } from './log-pods.js';
import { LogQueue } from './log-queue.js';
import type { LogReaderNeeds, LogRequest, LogSession, LogTiming } from './log-session.js';
import { openLogStream } from './log-stream.js';
import { readTrial } from './log-trial.js';
import { badInput, notFound } from '../refusals.js';

export type { LogGap, LogLine, LogMessage } from './log-message.js';
export type { LogReaderNeeds, LogRequest, LogTiming } from './log-session.js';

export interface LogReader {
  /**
   * Opens the log of a pod, a trial or an experiment for one subscriber.
   *
   * First comes what is there, merged by time, then with `follow` what is written,
   * sorted within short windows. Promised: each line at least once, in the order
   * its pod wrote it, and once only when nobody resumes; a resume goes on at the
   * exact line; a loss is a `gap`. Not promised: that lines of two pods that are
   * followed are in time order over more than a window, or that what a node
   * rotated away of a pod before anybody read its first line is told as lost.
   *
   * Reads no faster than it is read from.
   *
   * @throws GraphQLError NOT_FOUND for an experiment, a pod or a trial that never was
   * @throws GraphQLError BAD_USER_INPUT for a tail out of range
   */
  open(request: LogRequest): Promise<AsyncIterableIterator<LogMessage>>;
}

const usualTiming: LogTiming = {
  windowMs: 50,
  pollMs: 1000,
  settleMs: 200,
  patienceMs: 5000,
  retry: { minMs: 250, maxMs: 5000 },
};

const longestTail = 100_000;

export function createLogReader(needs: LogReaderNeeds, timing: LogTiming = usualTiming): LogReader {
  return {
    async open(request) {
      checkTail(request.tail);
      await checkSubject(needs, request, timing.patienceMs);
      const scope = JSON.stringify([request.experimentId, request.podId ?? null, request.trialIndex ?? null]);
      const known = request.after === undefined ? new Map() : decodeLogCursor(request.after, scope);
      const places: LogPlaces = known ?? new Map();
      return openLogStream({
        createQueue: (onRipe) => new LogQueue({ places, scope, windowMs: timing.windowMs, onRipe }),
        fill(queue, signal) {
          if (!known) queue.gap({ reason: 'The cursor is not one of this stream.' });
          return fill({ needs, request, timing, places, queue, signal });
        },
      });
    },
  };
}

async function fill(session: LogSession): Promise<void> {
  const { request } = session;
  if (request.trialIndex !== undefined && request.podId === undefined) return readTrial(session);
  const pods = podsOf(session);
  const archived = await gonePodsOf(session);
  await tellLosses(session, archived);
  await readHistory(session, { pods, archived, tail: request.tail });
  if (request.follow && !session.signal.aborted) await followPods(session);
}

function checkTail(tail: number | undefined): void {
  if (tail === undefined || (tail >= 0 && tail <= longestTail)) return;
  throw badInput(`tail is 0 to ${longestTail}; ${tail} was asked for.`);
}

async function checkSubject(needs: LogReaderNeeds, request: LogRequest, patienceMs: number): Promise<void> {
  const { experimentId, podId, trialIndex } = request;
  const experiment = await needs.experiments.get(experimentId);
  if (!experiment) throw notFound(`There is no experiment "${experimentId}".`);
  if (trialIndex !== undefined && (trialIndex < 0 || trialIndex >= experiment.counts.total)) {
    throw notFound(`There is no trial ${trialIndex}: the experiment has ${experiment.counts.total}.`);
  }
  await syncedWithin(needs, patienceMs);
  if (podId === undefined) return;
  const pod = needs.pods.get(podId);
  const isOwn = pod ? pod.experimentId === experimentId : await hasHeldTrials(needs, experimentId, podId);
  if (!isOwn) throw notFound(`There is no pod "${podId}" of this experiment.`);
}

/** A pod that is gone is still known by the trials it ran, or its archived log. */
async function hasHeldTrials(
  { trials, podLogs }: LogReaderNeeds,
  experimentId: string,
  podId: string,
): Promise<boolean> {
  if ((await podLogs.get(podId))?.experimentId === experimentId) return true;
  const [trial] = await trials.ofPod(podId, 1);
  return trial?.experimentId === experimentId;
}

/** Whoever is not answered by then goes on without. */
async function syncedWithin({ pods }: LogReaderNeeds, patienceMs: number): Promise<void> {
  if (pods.synced) return;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), patienceMs);
  await pods.whenSynced(patience.signal).catch(() => undefined);
  clearTimeout(timer);
}
