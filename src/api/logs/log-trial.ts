import { pause } from '../../cluster/backoff.js';
import { isFinished } from '../../model/experiment.js';
import { endedTrialPhases, type Trial } from '../../model/trial.js';
import { Bell } from './log-bell.js';
import { isKept } from './log-cursor.js';
import { followTogether } from './log-follow.js';
import { readHistory } from './log-history.js';
import { hasBegunKept, readKept } from './log-kept.js';
import { tellGone } from './log-losses.js';
import { earliestOf, gonePodsOf, hasLog, podsOf } from './log-pods.js';
import type { LogSession } from './log-session.js';

/**
 * Reads the lines of one trial: from its pods while they are there, else from the
 * log that was kept when it ended.
 */
export async function readTrial(session: LogSession): Promise<void> {
  const { queue, request, places } = session;
  const trial = await trialOf(session);
  const archivedPods = await gonePodsOf(session);
  const isArchived = archivedPods.some(({ podId, whole }) => whole && podId === trial?.podId);
  const isOut = trial && isPodGone(session, trial) && !isArchived;
  if (trial && hasTrialEnded(trial) && (hasBegunKept(session, trial) || isOut)) return readKept(session, trial);
  tellGone(session, archivedPods);
  const pods = podsWith(trial, podsOf(session), ({ id }) => id);
  const archived = podsWith(trial, archivedPods, ({ podId }) => podId);
  const { gone } = await readHistory(session, { pods, archived, tail: request.tail, since: earliestOf(trial) });
  if (trial && hasTrialEnded(trial)) {
    // A node keeps only the end of a long log: of one of many trials there may be nothing left.
    const isLost = gone.has(trial.podId ?? '') || (queue.lines === 0 && ![...places.keys()].some((id) => !isKept(id)));
    return isLost ? readKept(session, trial) : undefined;
  }
  if (request.follow) return followTrial(session);
  if (isOut) queue.gap({ reason: 'The pod is gone, and the log of this trial with it.' });
}

/**
 * Follows the pod that holds the trial, and the next one when it is claimed again,
 * until the trial has ended.
 */
async function followTrial(session: LogSession): Promise<void> {
  const { needs, signal, timing } = session;
  const bell = new Bell();
  const ring = (): void => bell.ring();
  signal.addEventListener('abort', ring, { once: true });
  const followed = followTogether(session, ring);
  let holder: string | undefined;
  const stopListening = needs.pods.onChange(({ key }) => {
    if (key === holder) bell.ring();
  });
  let trial: Trial | undefined;
  try {
    while (!signal.aborted) {
      trial = await trialOf(session);
      if (await isTrialOver(session, trial)) break;
      holder = trial?.podId;
      const pod = needs.pods.get(holder ?? '');
      if (pod && hasLog(pod)) followed.join({ pod, since: earliestOf(trial) });
      await bell.heard(timing.pollMs);
    }
    if (!signal.aborted) await pause(timing.settleMs, signal);
  } finally {
    stopListening();
    signal.removeEventListener('abort', ring);
    await followed.stop();
  }
  if (trial && !signal.aborted) await readRest(session, trial);
}

/** What the pod has written until the trial ended, or what was kept when the pod is gone already. */
async function readRest(session: LogSession, trial: Trial): Promise<void> {
  if (trial.podId === undefined) return;
  const place = session.queue.placeIn(trial.podId);
  if (typeof place === 'object' && place.whole) return;
  const pod = session.needs.pods.get(trial.podId);
  if (!pod) {
    const archived = (await gonePodsOf(session)).filter(({ podId, whole }) => whole && podId === trial.podId);
    if (archived.length === 0) return readKept(session, trial);
    await readHistory(session, { pods: [], archived, since: earliestOf(trial) });
    return;
  }
  const { gone } = await readHistory(session, { pods: [pod], archived: [], since: earliestOf(trial) });
  if (gone.has(pod.id)) await readKept(session, trial);
}

function trialOf({ needs, request }: LogSession): Promise<Trial | undefined> {
  return needs.trials.get(request.experimentId, request.trialIndex ?? 0);
}

function hasTrialEnded({ phase }: Trial): boolean {
  return endedTrialPhases.includes(phase);
}

/** True as well when nobody will claim it any more. */
async function isTrialOver({ needs, request }: LogSession, trial: Trial | undefined): Promise<boolean> {
  if (trial) return hasTrialEnded(trial);
  const experiment = await needs.experiments.get(request.experimentId);
  return !experiment || isFinished(experiment);
}

function isPodGone({ needs: { pods } }: LogSession, { podId }: Trial): boolean {
  return podId !== undefined && pods.synced && !pods.get(podId);
}

/** Pods that can have lines of a trial: until it is claimed again, only the one that holds it. */
function podsWith<T>(trial: Trial | undefined, pods: readonly T[], idOf: (pod: T) => string): readonly T[] {
  if (!trial) return [];
  const isFirst = trial.attempt === 1 && trial.podId !== undefined;
  return pods.filter((pod) => !isFirst || idOf(pod) === trial.podId);
}
