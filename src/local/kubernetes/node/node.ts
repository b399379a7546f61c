import { mkdirSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createEventRecorder } from '../controllers/record-event.js';
import { notFound } from '../object-store.js';
import type { KubernetesObject, ObjectStore } from '../objects.js';
import type { NodeNeeds } from './container-context.js';
import { hasStarted, markLost } from './disruption.js';
import type { ImageProgram } from './images.js';
import type { LogFile } from './log-file.js';
import type { LogOptions, PodLog } from './log-reader.js';
import { createDeadlines } from './pod-deadline.js';
import { readPodLog } from './pod-log.js';
import { startPod } from './pod-run.js';
import type { PodRun } from './pod-run.js';
import { isTerminal } from './pod.js';
import type { Pod } from './pod.js';
import { openProcessLedger } from './process-ledger.js';
import { nodeName, schedulePods } from './scheduler.js';
import { currentPod, identityOf, removePod } from './write-pod.js';

export type { LogOptions, PodLog } from './log-reader.js';

/** The one node of the cluster, `local`: a kubelet that runs pods as processes of this machine, and a scheduler. */
export interface PodNode extends AsyncDisposable {
  /** @throws ApiFailure 404 or 400, as the API server and the kubelet word it */
  readLog(namespace: string, podName: string, options: LogOptions): PodLog;
}

const defaultGraceSeconds = 30;
/** How long pods may take to stop when the node does. */
const shutdownGraceMilliseconds = 10_000;

const defaultPath = [
  dirname(process.execPath),
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
].join(':');

/**
 * Starts the node. Whatever an earlier life left running is killed first; pods
 * that ran then are marked Failed and disrupted, pods that had not started yet
 * start now.
 *
 * Disposing it stops every pod (SIGTERM, at most ten seconds, SIGKILL) and
 * marks them Failed and disrupted; nothing is left running.
 *
 * @param needs.directory the node's own; pods live in `pods/<uid>` below it
 * @param needs.graceScale multiplies grace periods
 * @param needs.path the PATH of the pods; by default the system's usual one and this program's node
 */
export async function startNode(needs: {
  readonly store: ObjectStore;
  readonly directory: string;
  readonly images: Readonly<Record<string, ImageProgram>>;
  readonly graceScale?: number;
  readonly path?: string;
}): Promise<PodNode> {
  const { store } = needs;
  const pods = join(needs.directory, 'pods');
  mkdirSync(pods, { recursive: true, mode: 0o700 });
  const ledger = openProcessLedger(join(needs.directory, 'processes'));
  const graceScale = needs.graceScale ?? 1;
  const liveLogs = new Map<string, LogFile>();
  const recordEvent = createEventRecorder(store);
  const node: NodeNeeds = {
    store,
    images: needs.images,
    ledger,
    recordEvent,
    liveLogs,
    path: needs.path ?? defaultPath,
    graceScale,
  };
  const runs = new Map<string, PodRun>();
  const removals = new Set<Promise<void>>();
  const deadlines = createDeadlines((pod) => {
    const message = 'Pod was active on the node longer than the specified deadline';
    recordEvent({ object: pod, type: 'Normal', reason: 'DeadlineExceeded', message, component: 'kubelet' });
    const graceSeconds = pod.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds;
    runs.get(pod.metadata.uid)?.stopping.ask('deadline', graceSeconds * 1000 * graceScale);
  });
  const dirty = new Map<string, KubernetesObject>();
  let disposed = false;
  let schedulingIsDue = true;
  let turn: NodeJS.Immediate | undefined;

  /** Looks at what changed after the present turn: a listener must not write while another change is being told. */
  function look(): void {
    turn = undefined;
    if (disposed) return;
    if (schedulingIsDue) schedulePods(store, recordEvent);
    schedulingIsDue = false;
    const pending = [...dirty.values()] as Pod[];
    dirty.clear();
    for (const pod of pending) reconcile(pod);
  }

  function wake(): void {
    if (!disposed) turn ??= setImmediate(look);
  }

  function reconcile(seen: Pod): void {
    const { uid } = seen.metadata;
    const pod = currentPod(store, identityOf(seen));
    const run = runs.get(uid);
    if (!pod) {
      deadlines.forget(uid);
      if (run) run.stopping.ask('deleted', 0);
      else removeDirectory(uid);
      return;
    }
    if (pod.spec.nodeName !== nodeName) return;
    if (run) {
      deadlines.watch(pod);
      if (pod.metadata.deletionTimestamp) run.stopping.ask('deleted', graceOf(pod) * 1000 * graceScale);
    } else if (pod.metadata.deletionTimestamp) {
      removePod(store, identityOf(pod));
    } else if (!isTerminal(pod)) {
      start(pod);
    }
  }

  function start(pod: Pod): void {
    const { uid } = pod.metadata;
    const run = startPod(node, pod, join(pods, uid));
    runs.set(uid, run);
    deadlines.watch(pod);
    void afterRun(pod, run);
  }

  async function afterRun(pod: Pod, run: PodRun): Promise<void> {
    await run.ended;
    runs.delete(pod.metadata.uid);
    deadlines.forget(pod.metadata.uid);
    dirty.set(pod.metadata.uid, pod);
    schedulingIsDue = true;
    wake();
  }

  function removeDirectory(uid: string): void {
    const removal = rm(join(pods, uid), { recursive: true, force: true, maxRetries: 3 })
      .catch(() => {
        // A process that left its group may still write there; the next start tries again.
      })
      .finally(() => removals.delete(removal));
    removals.add(removal);
  }

  await ledger.killLeftovers(pods);
  const known = new Set<string>();
  for (const pod of store.list('pods') as Pod[]) {
    known.add(pod.metadata.uid);
    if (pod.spec.nodeName === nodeName && hasStarted(pod, join(pods, pod.metadata.uid, 'logs'))) markLost(store, pod);
    dirty.set(pod.metadata.uid, pod);
  }
  for (const uid of readdirSync(pods)) if (!known.has(uid)) removeDirectory(uid);
  const stopListening = store.onChange(({ resource, object, type, previous }) => {
    if ((resource === 'secrets' || resource === 'configmaps') && type === 'MODIFIED') {
      for (const run of runs.values()) run.sourceChanged(resource, object);
    }
    if (resource !== 'pods') return;
    dirty.set(object.metadata.uid, object);
    if (type !== 'MODIFIED' || isTerminal(object as Pod) || !(previous as Pod | undefined)?.spec.nodeName)
      schedulingIsDue = true;
    wake();
  });
  wake();

  return {
    readLog(namespace, podName, options) {
      const pod = store.get('pods', namespace, podName) as Pod | undefined;
      if (!pod) throw notFound('pods', podName);
      return readPodLog(pod, options, join(pods, pod.metadata.uid, 'logs'), liveLogs);
    },
    async [Symbol.asyncDispose]() {
      disposed = true;
      clearImmediate(turn);
      for (const { stopping } of runs.values())
        stopping.ask('shutdown', shutdownGraceMilliseconds * Math.min(1, graceScale));
      await Promise.all([...runs.values()].map(({ ended }) => ended));
      stopListening();
      deadlines[Symbol.dispose]();
      await Promise.all(removals);
    },
  };
}

function graceOf(pod: Pod): number {
  return pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? defaultGraceSeconds;
}
