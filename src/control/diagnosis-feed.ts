import { diagnose, diagnosePod } from '../model/diagnose/diagnose.js';
import { hasSucceeded } from '../model/diagnose/job-state.js';
import type { KubernetesEvent } from '../model/event.js';
import type { Job } from '../model/job.js';
import { hasEnded, type Pod } from '../model/pod.js';
import { createLiveStore, type LiveStore } from '../stream/live-store.js';
import { createEventIndex } from './event-index.js';

interface DiagnosisFeedNeeds {
  readonly jobs: LiveStore<Job>;
  readonly pods: LiveStore<Pod>;
  readonly events: LiveStore<KubernetesEvent>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How often what depends on age is looked at again; 1,000 when left out. */
  readonly tickMs?: number;
}

export interface DiagnosisFeed extends Disposable {
  /** The Jobs of the source, each with why it waits or failed. */
  readonly jobs: LiveStore<Job>;
  readonly pods: LiveStore<Pod>;
}

/** How long changes of pods and Events are gathered before their Job is looked at. */
const gatherMs = 100;

/**
 * Adds to Jobs and pods why they wait or failed.
 *
 * A pod comes through at once, with what is known of it then; what an Event or
 * the passing of time adds follows as a change of its own. What pods mean for
 * their Job is gathered: a look costs about 10 us for each of its pods.
 *
 * Another process may have seen other Events, or looked at another moment: what may have a
 * diagnosis is told anew to a reader that comes from there.
 */
export function feedDiagnoses({ jobs, pods, events, now, tickMs = 1000 }: DiagnosisFeedNeeds): DiagnosisFeed {
  const out = {
    jobs: createLiveStore<Job>({ history: jobs.history, mayDiffer: (job) => !hasSucceeded(job) }),
    pods: createLiveStore<Pod>({ history: pods.history, mayDiffer: ({ phase }) => phase !== 'SUCCEEDED' }),
  };
  const index = createEventIndex();
  const podsOfJob = new Map<string, Map<string, Pod>>();
  const dirty = new Set<string>();
  let turn: NodeJS.Timeout | undefined;

  function lookAtJob(id: string | undefined): void {
    if (id === undefined) return;
    dirty.add(id);
    turn ??= setTimeout(flush, gatherMs);
  }

  function flush(): void {
    turn = undefined;
    for (const id of dirty) {
      const job = jobs.get(id);
      if (job) putJob(job);
    }
    dirty.clear();
  }

  function putJob(job: Job): void {
    const own = [...(podsOfJob.get(job.id)?.values() ?? [])];
    const about = [job.id, ...own.map((pod) => pod.id)].flatMap((uid) => index.about(uid));
    out.jobs.apply({
      type: 'put',
      key: job.id,
      object: withDiagnosis(job, diagnose({ job, pods: own, events: about, now: now() })),
    });
  }

  function putPod(pod: Pod): void {
    const diagnosis = diagnosePod(pod, index.about(pod.id), now());
    out.pods.apply({ type: 'put', key: pod.id, object: withDiagnosis(pod, diagnosis) });
  }

  function lookAt(uid: string | undefined): void {
    const pod = uid === undefined ? undefined : pods.get(uid);
    if (pod) putPod(pod);
    lookAtJob(pod ? pod.jobId : uid);
  }

  function onPod(key: string, pod: Pod | undefined, previous: Pod | undefined): void {
    const jobId = (pod ?? previous)?.jobId;
    if (jobId !== undefined) keep(podsOfJob, jobId, key, pod);
    if (pod) putPod(pod);
    else out.pods.apply({ type: 'gone', key });
    lookAtJob(jobId);
  }

  function tick(): void {
    out.jobs.setFreshness(jobs.freshness);
    out.pods.setFreshness(pods.freshness);
    for (const pod of pods.values()) if (mayChangeByItself(pod)) putPod(pod);
    for (const job of jobs.values()) if (job.finishedAt === undefined) lookAtJob(job.id);
  }

  const stops = [
    events.onChange(({ key, object, previous }) => {
      index.put(key, object);
      lookAt((object ?? previous)?.about.uid);
    }),
    pods.onChange(({ key, object, previous }) => onPod(key, object, previous)),
    jobs.onChange(({ key, object }) => (object ? putJob(object) : out.jobs.apply({ type: 'gone', key }))),
    jobs.onFreshness((freshness) => out.jobs.setFreshness(freshness)),
    pods.onFreshness((freshness) => out.pods.setFreshness(freshness)),
  ];
  void jobs.whenSynced().then(() => out.jobs.apply({ type: 'synced' }));
  void pods.whenSynced().then(() => out.pods.apply({ type: 'synced' }));
  const timer = setInterval(tick, tickMs).unref();

  return {
    ...out,
    [Symbol.dispose]() {
      clearInterval(timer);
      clearTimeout(turn);
      for (const stop of stops) stop();
    },
  };
}

function withDiagnosis<T extends Job | Pod>(object: T, diagnosis: T['diagnosis']): T {
  return diagnosis ? { ...object, diagnosis } : object;
}

/** What waits may be fine now and not in a minute. */
function mayChangeByItself(pod: Pod): boolean {
  if (hasEnded(pod)) return false;
  return (
    pod.phase !== 'RUNNING' || pod.deletedAt !== undefined || pod.containers.some(({ state }) => state === 'WAITING')
  );
}

function keep<T>(groups: Map<string, Map<string, T>>, group: string, key: string, object: T | undefined): void {
  const members = groups.get(group) ?? new Map<string, T>();
  groups.set(group, members);
  if (object === undefined) members.delete(key);
  else members.set(key, object);
  if (members.size === 0) groups.delete(group);
}
