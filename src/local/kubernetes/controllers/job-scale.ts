import type { Pod } from '../node/pod.js';
import { finishTime, remainingDelay } from './backoff.js';
import { createPods, deletePods } from './job-pods.js';
import { failuresOf, inRange } from './job-look.js';
import type { JobLook } from './job-look.js';
import { indexOf, isIndexed, isReady, replacesOnlyFailed } from './job.js';

const mostPodsAtOnce = 500;

/**
 * Creates or deletes pods until as many are active as the Job wants; in one
 * look only one of the two.
 *
 * @returns milliseconds after which to look again, when a back-off stands in the way
 */
export function scalePods(look: JobLook): number | undefined {
  const { job, activePods } = look;
  if (job.spec.suspend) {
    deletePods(look, activePods, false);
    return undefined;
  }
  const wanted = wantedPods(look);
  const surplus = surplusPods(look, Math.max(0, look.active - wanted)).slice(0, mostPodsAtOnce);
  if (surplus.length > 0) {
    deletePods(look, surplus, false);
    return undefined;
  }
  const missing = wanted - look.active - (replacesOnlyFailed(job) ? look.terminating : 0);
  if (missing <= 0) return undefined;
  if (job.spec.backoffLimitPerIndex === undefined) {
    const delay = remainingDelay(look.failures);
    if (delay > 0) return delay;
  }
  const count = Math.min(missing, mostPodsAtOnce);
  if (!isIndexed(job)) {
    const unnumbered = Array.from({ length: count }, () => undefined);
    createPods(look, unnumbered);
    return undefined;
  }
  const pending = pendingIndexes(look, count);
  const delays = pending.map((index) => indexDelay(look.indexes?.waiting.get(index)));
  const ready = pending.filter((_index, position) => delays[position] === 0);
  createPods(look, ready);
  return ready.length === 0 && delays.length > 0 ? Math.min(...delays) : undefined;
}

function wantedPods({ job, succeeded, active }: JobLook): number {
  const { completions, parallelism = 1 } = job.spec;
  if (completions === undefined) return succeeded > 0 ? active : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

function indexDelay(failed: Pod | undefined): number {
  if (!failed) return 0;
  return remainingDelay({ failures: failuresOf(failed).all + 1, lastFailure: finishTime(failed) });
}

function pendingIndexes({ job, indexes, activePods, pods }: JobLook, count: number): number[] {
  if (!indexes) return [];
  const terminating = pods.filter(({ metadata, status }) => {
    return metadata.deletionTimestamp !== undefined && status?.phase !== 'Failed' && status?.phase !== 'Succeeded';
  });
  const busy = [...activePods, ...(replacesOnlyFailed(job) ? terminating : [])].map(indexOf);
  const taken = indexes.succeeded.with(busy.filter((index) => index !== undefined));
  return (indexes.failed ? taken.union(indexes.failed) : taken).missing(count, job.spec.completions ?? 0);
}

/** Indexes twice or out of range go in any case; then, up to `atLeast`, those that lost the least. */
function surplusPods({ job, activePods }: JobLook, atLeast: number): Pod[] {
  const byProgress = activePods.toSorted((a, b) => progress(a) - progress(b));
  if (!isIndexed(job)) return byProgress.slice(0, atLeast);
  const kept = new Map<number | undefined, Pod>();
  for (const pod of byProgress) if (inRange(job, pod)) kept.set(indexOf(pod), pod);
  const stays = new Set(kept.values());
  const surplus = activePods.filter((pod) => !stays.has(pod));
  const more = byProgress.filter((pod) => stays.has(pod)).slice(0, Math.max(0, atLeast - surplus.length));
  return [...surplus, ...more];
}

/** Unscheduled before scheduled, pending before running, not ready before ready, younger before older. */
function progress(pod: Pod): number {
  const steps = [pod.spec.nodeName !== undefined, pod.status?.phase === 'Running', isReady(pod)];
  return steps.filter(Boolean).length * 1e15 - Date.parse(pod.metadata.creationTimestamp);
}
