import { printedJob } from './cluster/job-status.js';
import { newestTime, recordedIn, RecordedError } from './cluster/recorded.js';
import type { Recorded } from './cluster/recorded.js';
import { toEvent } from './cluster/to-event.js';
import { toJob } from './cluster/to-job.js';
import { toPod } from './cluster/to-pod.js';
import type { Answer } from './cli/diagnose.js';
import { diagnose } from './model/diagnose/diagnose.js';

/**
 * What is wrong with each Job in what was written down of a cluster.
 *
 * @param at the moment that ages count from, in milliseconds since 1970; when
 * absent, `recordedAt` of the value, else the newest time in it.
 * @throws RecordedError when it is no such thing, or an object in it is none of Kubernetes'
 */
export function diagnoseRecorded(value: unknown, at?: number): Answer[] {
  const now = at ?? momentOf(value);
  return recordedIn(value).map((recorded) => {
    try {
      return answer(recorded, now);
    } catch (error) {
      // Only the form of the objects can be at fault: the diagnosis itself does not throw.
      throw new RecordedError(`an object in it is not as Kubernetes writes it (${(error as Error).message})`);
    }
  });
}

function answer({ job, pods, events }: Recorded, now: number): Answer {
  const trimmed = pods.map(toPod);
  const found = diagnose({ job: job && toJob(job), pods: trimmed, events: events.map(toEvent), now });
  return {
    job: job?.metadata?.name ?? trimmed.find(({ jobName }) => jobName !== undefined)?.jobName ?? null,
    namespace: job?.metadata?.namespace ?? trimmed[0]?.namespace ?? null,
    code: found?.code ?? null,
    message: found?.message ?? null,
    hint: found?.hint ?? null,
    evidence: found?.evidence ?? [],
    since: found?.since ?? null,
    podStatuses: trimmed.map(({ name, status }) => ({ name, status })),
    jobStatus: job ? printedJob(job) : null,
  };
}

function momentOf(value: unknown): number {
  const recordedAt = (value as { recordedAt?: unknown } | null)?.recordedAt;
  return (typeof recordedAt === 'string' && Date.parse(recordedAt)) || newestTime(value);
}
