import type { Diagnosis } from '../model/diagnosis.js';
import { hasEnded, type Pod } from '../model/pod.js';
import type { Pods } from '../cluster/pods.js';
import type { Claims } from '../store/claims.js';
import type { Trials } from '../store/trials.js';
import type { LiveStore } from '../stream/live-store.js';

interface LostClaimsNeeds {
  readonly trials: Trials;
  readonly claims: Claims;
  readonly pods: Pods;
  readonly livePods: LiveStore<Pod>;
  readonly now: () => number;
}

/**
 * Takes back what pods hold that have ended or are gone.
 *
 * A pod that the watch does not show may be too new for it: the cluster is
 * asked before such a pod counts as gone.
 */
export async function takeBackLostClaims(needs: LostClaimsNeeds, experimentId: string): Promise<void> {
  const holders = await needs.trials.holders(experimentId);
  const lost = holders.filter((podId) => {
    const pod = needs.livePods.get(podId);
    return !pod || hasEnded(pod);
  });
  if (lost.length === 0) return;
  const there = new Map((await needs.pods.ofExperiment(experimentId)).map((pod) => [pod.id, pod]));
  for (const podId of lost) {
    const pod = there.get(podId) ?? needs.livePods.get(podId);
    if (pod && !hasEnded(pod)) continue;
    const now = new Date(needs.now()).toISOString();
    await needs.claims.takeBack(experimentId, podId, podLost(pod, now), now);
  }
}

function podLost(pod: Pod | undefined, since: string): Diagnosis {
  const container = pod?.containers.find((candidate) => candidate.exitCode !== undefined);
  return {
    code: 'POD_LOST',
    message: 'The pod that ran this trial went away too often, so the trial was given up.',
    hint: 'Ask for more memory, or look for what takes pods away: eviction, a node that restarts, a limit.',
    evidence: [
      pod ? `pod ${pod.name}: ${pod.status}${pod.message ? `, ${pod.message}` : ''}` : 'the pod is gone',
      ...(container ? [`container ${container.name}: exit code ${container.exitCode}`] : []),
    ],
    since,
  };
}
