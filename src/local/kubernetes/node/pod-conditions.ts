import type { ContainerStatus, Pod, PodCondition, PodStatus } from './pod.js';
import { timestamp } from './pod.js';
import type { PodPicture } from './pod-picture.js';

type Finding = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;

/** Sets one condition; its transition time moves only when its status does. */
export function withCondition(pod: Pod, finding: Finding): PodCondition[] {
  const conditions = pod.status?.conditions ?? [];
  const before = conditions.find(({ type }) => type === finding.type);
  const after: PodCondition = {
    ...finding,
    observedGeneration: pod.metadata.generation ?? 1,
    lastProbeTime: null,
    lastTransitionTime: before?.status === finding.status ? before.lastTransitionTime : timestamp(),
  };
  return before ? conditions.map((condition) => (condition === before ? after : condition)) : [...conditions, after];
}

/** The five conditions a kubelet keeps, in its order, before those that others set. */
export function conditionsOf(pod: Pod, picture: PodPicture, phase: NonNullable<PodStatus['phase']>): PodCondition[] {
  const findings: Finding[] = [
    { type: 'PodReadyToStartContainers', status: picture.sandboxReady && !picture.finished ? 'True' : 'False' },
    { type: 'Initialized', ...initialized(picture.initContainers, phase) },
    { type: 'Ready', ...ready(picture.containers, phase) },
    { type: 'ContainersReady', ...ready(picture.containers, phase) },
    { type: 'PodScheduled', status: 'True' },
  ];
  const kept = (pod.status?.conditions ?? []).filter(({ type }) => !findings.some((finding) => finding.type === type));
  const mine = findings.map((finding) => {
    const written = withCondition(pod, finding).find(({ type }) => type === finding.type);
    return written as PodCondition;
  });
  return [...kept, ...mine];
}

function initialized(containers: readonly ContainerStatus[], phase: string): Omit<Finding, 'type'> {
  const incomplete = containers.filter(({ state }) => state.terminated?.exitCode !== 0).map(({ name }) => name);
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if (incomplete.length === 0) return { status: 'True' };
  const message = `containers with incomplete status: [${incomplete.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotInitialized', message };
}

function ready(containers: readonly ContainerStatus[], phase: string): Omit<Finding, 'type'> {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = containers.filter((container) => !container.ready).map(({ name }) => name);
  if (unready.length === 0) return { status: 'True' };
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotReady', message };
}
