import os from 'node:os';
import type { RecordEvent } from '../controllers/record-event.js';
import type { ObjectStore } from '../objects.js';
import { withCondition } from './pod-conditions.js';
import { isTerminal } from './pod.js';
import type { Pod } from './pod.js';
import { quantity } from './quantity.js';
import { identityOf, writePod } from './write-pod.js';

export const nodeName = 'local';

interface Resources {
  readonly cpu: number;
  readonly memory: number;
}

/** The longest name first: both are said when both are short. */
const noPreemption =
  'no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';

/**
 * Binds every pod that waits for a node, in order of creation, if what it
 * requests still fits beside what is bound already; the others are told why
 * not. Pods that request nothing always fit.
 *
 * Does what is to be done now; to be called again when a pod came or ended.
 */
export function schedulePods(store: ObjectStore, recordEvent: RecordEvent): void {
  const pods = store.list('pods') as Pod[];
  const waiting = pods.filter(isWaiting);
  if (waiting.length === 0) return;
  const free = { cpu: os.cpus().length, memory: os.totalmem() };
  for (const pod of pods) {
    if (pod.spec.nodeName !== nodeName || isTerminal(pod)) continue;
    const taken = requestsOf(pod);
    free.cpu -= taken.cpu;
    free.memory -= taken.memory;
  }
  waiting.sort((a, b) => a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp));
  for (const pod of waiting) {
    const wanted = requestsOf(pod);
    const short = [
      ...(wanted.cpu > free.cpu ? ['1 Insufficient cpu'] : []),
      ...(wanted.memory > free.memory ? ['1 Insufficient memory'] : []),
    ];
    if (short.length > 0) {
      refuse(store, recordEvent, pod, `0/1 nodes are available: ${short.join(', ')}. ${noPreemption}`);
      continue;
    }
    free.cpu -= wanted.cpu;
    free.memory -= wanted.memory;
    bind(store, recordEvent, pod);
  }
}

function isWaiting(pod: Pod): boolean {
  const { nodeName: bound, schedulingGates = [] } = pod.spec;
  return !bound && schedulingGates.length === 0 && !pod.metadata.deletionTimestamp && !isTerminal(pod);
}

function bind(store: ObjectStore, recordEvent: RecordEvent, pod: Pod): void {
  const { namespace, name } = identityOf(pod);
  const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
  recordEvent({
    object: pod,
    type: 'Normal',
    reason: 'Scheduled',
    message,
    component: 'default-scheduler',
    action: 'Binding',
  });
  writePod(store, identityOf(pod), (current) => ({
    ...current,
    spec: { ...current.spec, nodeName },
    status: { ...current.status, conditions: withCondition(current, { type: 'PodScheduled', status: 'True' }) },
  }));
}

function refuse(store: ObjectStore, recordEvent: RecordEvent, pod: Pod, message: string): void {
  const known = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (known?.message === message) return;
  const happening = { object: pod, type: 'Warning', reason: 'FailedScheduling', message } as const;
  recordEvent({ ...happening, component: 'default-scheduler', action: 'Scheduling' });
  const finding = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message } as const;
  writePod(store, identityOf(pod), (current) => ({
    ...current,
    status: { ...current.status, phase: 'Pending', conditions: withCondition(current, finding) },
  }));
}

/** The sum over the containers, or the largest init container if that is more, as the real scheduler counts. */
export function requestsOf(pod: Pod): Resources {
  const amount = (name: 'cpu' | 'memory'): number => {
    const of = ({ resources }: Pod['spec']['containers'][number]): number =>
      quantity(resources?.requests?.[name] ?? resources?.limits?.[name]);
    const together = pod.spec.containers.reduce((sum, container) => sum + of(container), 0);
    return Math.max(together, ...(pod.spec.initContainers ?? []).map(of));
  };
  return { cpu: amount('cpu'), memory: amount('memory') };
}
