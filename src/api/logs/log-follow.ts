import { ClusterError } from '../../cluster/cluster-error.js';
import { isFinished } from '../../model/experiment.js';
import type { Pod } from '../../model/pod.js';
import { Bell } from './log-bell.js';
import { hasLog, hasStopped, isAskedFor, podsOf, readPod, wholeOf, type PodReading } from './log-pods.js';
import type { LogSession } from './log-session.js';

/** Pods that are read as they write. */
export interface Followed {
  /** Reads a pod on from where it was read up to; a second call for the same pod does nothing. */
  join(reading: Omit<PodReading, 'follow' | 'signal'>): void;
  /** True when a pod was joined and its log has ended. */
  isDone(podId: string): boolean;
  /** How many logs have not ended. */
  readonly going: number;
  /** Stops all reading; resolves when nothing is pushed any more. */
  stop(): Promise<void>;
}

/** @param onEnd Called when a log has ended. */
export function followTogether(session: LogSession, onEnd: () => void): Followed {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  if (session.signal.aborted) abort();
  session.signal.addEventListener('abort', abort, { once: true });
  const joined = new Set<string>();
  const going = new Map<string, Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  return {
    get going() {
      return going.size;
    },
    isDone: (podId) => joined.has(podId) && !going.has(podId),
    join(reading) {
      const { id } = reading.pod;
      if (joined.has(id) || stop.signal.aborted) return;
      joined.add(id);
      const ended = follow(session, { ...reading, follow: true, signal: stop.signal })
        .catch((error: unknown) => void (failure = { error }))
        .finally(() => {
          going.delete(id);
          onEnd();
        });
      going.set(id, ended);
    },
    async stop() {
      abort();
      session.signal.removeEventListener('abort', abort);
      await Promise.all(going.values());
      if (failure) throw failure.error;
    },
  };
}

async function follow(session: LogSession, reading: PodReading): Promise<void> {
  const { queue, needs } = session;
  const release = needs.archiver.hold(reading.pod);
  try {
    for await (const entry of readPod(session, reading)) {
      queue.push(entry);
      if (queue.isFull) await queue.room();
    }
    const pod = needs.pods.get(reading.pod.id);
    const whole = pod && hasStopped(pod) ? wholeOf(pod, queue.placeIn(pod.id)) : undefined;
    if (whole && !reading.signal?.aborted) queue.push(whole);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    const { name } = reading.pod;
    if (error.status !== 404) queue.gap({ reason: `The log of the pod ${name} cannot be read: ${error.message}` });
    else if (session.request.trialIndex === undefined) {
      queue.gap({ reason: `The pod ${name} is gone, and with it what it wrote after what was read.` });
    }
  } finally {
    release();
  }
}

/** Follows a pod, or all pods of an experiment and those that join, until no more can come. */
export async function followPods(session: LogSession): Promise<void> {
  const { needs, request, signal, timing } = session;
  const bell = new Bell();
  const followed = followTogether(session, () => bell.ring());
  const join = (pod: Pod | undefined): void => {
    if (pod && isAskedFor(pod, request) && hasLog(pod)) followed.join({ pod });
  };
  const stopListening = needs.pods.onChange(({ object, previous }) => {
    join(object);
    if (!object && previous && isAskedFor(previous, request)) bell.ring();
  });
  const ring = (): void => bell.ring();
  signal.addEventListener('abort', ring, { once: true });
  try {
    for (const pod of podsOf(session)) join(pod);
    while (!signal.aborted && !(await isOver(session, followed))) await bell.heard(timing.pollMs);
  } finally {
    stopListening();
    signal.removeEventListener('abort', ring);
    await followed.stop();
  }
}

async function isOver(session: LogSession, followed: Followed): Promise<boolean> {
  const { needs, request } = session;
  if (followed.going > 0 || !needs.pods.synced) return false;
  const areDone = (): boolean => podsOf(session).every(({ id }) => followed.isDone(id));
  if (request.podId !== undefined || !areDone()) return areDone();
  const experiment = await needs.experiments.get(request.experimentId);
  return (!experiment || isFinished(experiment)) && areDone();
}
