import { isKept } from './log-cursor.js';
import type { ArchivedPod } from '../../store/pod-logs.js';
import type { LogSession } from './log-session.js';

/**
 * Says which pods are gone that a reader had not read to their end. Afterwards no
 * place of the cursor names a pod that is gone, but for those that are archived.
 */
export function tellGone({ needs, queue, places }: LogSession, archived: readonly ArchivedPod[]): void {
  if (!needs.pods.synced) {
    queue.gap({ reason: 'The cluster does not answer: its pods are not known yet.' });
    return;
  }
  for (const [source, place] of places) {
    if (isKept(source) || needs.pods.get(source) || archived.some(({ podId }) => podId === source)) continue;
    queue.forget(source);
    if (typeof place === 'number' || place.whole) continue;
    const since = `${place.time.slice(0, 23)}Z`;
    queue.gap({ reason: 'The pod is gone, and with it what it wrote after what was read.', since });
  }
}

/** Says what of the logs of a pod or an experiment is not to be had any more: a loss looks like a loss. */
export async function tellLosses(session: LogSession, archived: readonly ArchivedPod[]): Promise<void> {
  tellGone(session, archived);
  const { needs, queue, request, places } = session;
  if (needs.pods.synced && places.size === 0 && (await hasLostPods(session, archived))) {
    const trials = request.podId === undefined ? ' The log of each trial that has ended is kept.' : '';
    queue.gap({
      reason: `${request.podId === undefined ? 'A pod' : 'The pod'} is gone, and its log with it.${trials}`,
    });
  }
}

/** True when trials have run of which no pod tells. */
async function hasLostPods({ needs, request }: LogSession, archived: readonly ArchivedPod[]): Promise<boolean> {
  const isLost = (id: string): boolean => !needs.pods.get(id) && !archived.some(({ podId }) => podId === id);
  if (request.podId !== undefined) return isLost(request.podId);
  const holders = await needs.trials.holders(request.experimentId);
  if (holders.some(isLost)) return true;
  if (archived.length > 0) return false;
  const experiment = await needs.experiments.get(request.experimentId);
  if (!experiment || experiment.nextIndex === 0) return false;
  return ![...needs.pods.values()].some(({ experimentId }) => experimentId === request.experimentId);
}
