import { conditionsOf } from './pod-conditions.js';
import type { PodPicture } from './pod-picture.js';
import { timestamp } from './pod.js';
import type { Container, ContainerStatus, Pod, PodStatus } from './pod.js';
import { quantity } from './quantity.js';

/** The status of a container that nothing has happened to yet. */
export function waitingStatus(container: Container, reason: string): ContainerStatus {
  return {
    name: container.name,
    state: { waiting: { reason } },
    lastState: {},
    ready: false,
    restartCount: 0,
    image: container.image,
    imageID: '',
    started: false,
  };
}

/** The pod's status as a kubelet reports it; conditions that did not change keep their transition time. */
export function statusOf(pod: Pod, picture: PodPicture): PodStatus {
  const address = { ip: '127.0.0.1' };
  const phase = phaseOf(pod, picture);
  return {
    ...pod.status,
    phase,
    ...picture.ending,
    observedGeneration: pod.metadata.generation ?? 1,
    conditions: conditionsOf(pod, picture, phase),
    startTime: pod.status?.startTime ?? timestamp(),
    hostIP: address.ip,
    hostIPs: [address],
    ...(picture.sandboxReady && { podIP: address.ip, podIPs: [address] }),
    qosClass: qosClassOf(pod),
    ...(picture.initContainers.length > 0 && { initContainerStatuses: [...picture.initContainers] }),
    containerStatuses: [...picture.containers],
  };
}

/** @see k8s.io/kubernetes/pkg/kubelet, getPhase; a pod ends only when everything of it has stopped */
export function phaseOf(pod: Pod, picture: PodPicture): NonNullable<PodStatus['phase']> {
  const { initContainers, containers } = picture;
  const policy = pod.spec.restartPolicy ?? 'Always';
  const exitCodes = [...initContainers, ...containers].map(({ state }) => state.terminated?.exitCode);
  if (picture.finished) {
    const failed = picture.ending !== undefined || exitCodes.some((exitCode) => exitCode !== 0);
    return failed ? 'Failed' : 'Succeeded';
  }
  if (initContainers.some(({ state }) => state.terminated?.exitCode !== 0)) return 'Pending';
  const neverStarted = containers.some(({ state, lastState }) => state.waiting && !lastState.terminated);
  if (neverStarted) return 'Pending';
  const allStopped = containers.every(({ state }) => state.terminated);
  // Between the end of the last container and its restart, or its being made final, the pod counts as running.
  return allStopped && policy === 'Never' ? (pod.status?.phase ?? 'Running') : 'Running';
}

export function qosClassOf(pod: Pod): string {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const amounts = containers.map(({ resources }) =>
    (['cpu', 'memory'] as const).map((name) => ({
      request: quantity(resources?.requests?.[name] ?? resources?.limits?.[name]),
      limit: quantity(resources?.limits?.[name]),
    })),
  );
  if (amounts.flat().every(({ request, limit }) => request === 0 && limit === 0)) return 'BestEffort';
  return amounts.flat().every(({ request, limit }) => limit > 0 && request === limit) ? 'Guaranteed' : 'Burstable';
}
