import type { Container } from '../pod.js';
import { creationFault } from './creation.js';
import { ofEvent, ofWaiting } from './finding.js';
import type { Finding } from './finding.js';
import { ageSeconds, condition, containerWords, newest, quoted } from './scene.js';
import type { Scene } from './scene.js';

/** Younger than this, a container that is not there yet is nothing to report. */
const patienceSeconds = 30;
const refusals: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'PreCreateHookError',
  'PreStartHookError',
]);
/** Said of a pod whose kubelet has not read everything yet. */
const transient = /failed to sync|not registered|kube-root-ca\.crt/;

/** A container that the kubelet tried to make and could not. */
export function uncreated({ pod }: Scene): Finding | undefined {
  const container = pod.containers.find(({ state, reason = '' }) => state === 'WAITING' && refusals.has(reason));
  if (!container) return undefined;
  const { code, hint } = creationFault(container.message ?? '');
  return {
    code,
    course: 'waits',
    cause: `${containerWords(pod, container)} cannot be started: ${quoted(container.message, 200) || container.reason}`,
    hint,
    evidence: ofWaiting(pod, container),
    since: pod.startedAt ?? pod.createdAt,
  };
}

/** A volume that the kubelet cannot mount: the container state says only ContainerCreating, the Event says why. */
export function mounts(scene: Scene): Finding | undefined {
  const { pod, events, now } = scene;
  if (!isBeingMade(scene) || hasSandbox(scene)) return undefined;
  const isYoung = ageSeconds(now, pod.createdAt) < patienceSeconds;
  const failures = events.filter(
    ({ reason, message }) =>
      /^Failed(?:Mount|AttachVolume|MapVolume)$/.test(reason) && !(isYoung && transient.test(message)),
  );
  const event =
    failures.findLast(({ message }) => creationFault(message).code === 'CONFIG_MISSING') ??
    failures.findLast(({ message }) => !message.startsWith('Unable to attach or mount')) ??
    failures.at(-1);
  if (!event) return undefined;
  const fault = creationFault(event.message);
  const isConfig = fault.code === 'CONFIG_MISSING';
  const said = quoted(event.message.replace(/^MountVolume\.\w+ failed for volume "[^"]*" : /, ''), 200);
  return {
    code: isConfig ? 'CONFIG_MISSING' : 'VOLUME_PENDING',
    course: 'waits',
    cause: `a volume cannot be mounted: ${said}`,
    hint: isConfig ? fault.hint : 'Make what the volume names available on the node, or use another volume.',
    evidence: ofEvent(event),
    since: event.firstAt,
  };
}

/** A pod whose surroundings cannot be made, or whose containers take long for no other reason. */
export function creating(scene: Scene): Finding | undefined {
  const { pod, events, now } = scene;
  if (!isBeingMade(scene)) return undefined;
  const since = pod.startedAt ?? pod.createdAt;
  const sandbox = hasSandbox(scene) ? undefined : newest(events, 'FailedCreatePodSandBox', 'NetworkNotReady');
  if (sandbox) {
    const fault = creationFault(sandbox.message);
    const code = fault.code === 'OUT_OF_MEMORY' ? fault.code : 'CONTAINER_CREATING';
    const limit = pod.containers.find(({ memoryLimit }) => memoryLimit !== undefined)?.memoryLimit;
    const cause =
      code === 'OUT_OF_MEMORY'
        ? `${limit === undefined ? 'the memory limit' : `a memory limit of ${limit}`} is too small to start anything`
        : `its sandbox cannot be made: ${quoted(sandbox.message, 200)}`;
    return { code, course: 'waits', cause, hint: fault.hint, evidence: ofEvent(sandbox), since: sandbox.firstAt };
  }
  const seconds = Math.round(ageSeconds(now, since));
  if (seconds < patienceSeconds) return undefined;
  const pulling = newest(events, 'Pulling');
  const isPulling = pulling !== undefined && newest(events, 'Pulling', 'Pulled', 'Failed') === pulling;
  return {
    code: 'CONTAINER_CREATING',
    course: 'waits',
    cause: isPulling ? 'its image is still being fetched' : 'its containers are still being made',
    hint: isPulling
      ? 'A large image or a slow registry: wait, or use a smaller image or a mirror that is nearer.'
      : 'Wait, and look at the node when it does not go on: its kubelet and container runtime say more.',
    evidence: isPulling ? ofEvent(pulling) : `Pod ${pod.name}: ContainerCreating for ${seconds} s`,
    since,
  };
}

/** On a node, and no container has run yet; a running init container is at work and nothing to wait for. */
function isBeingMade({ pod }: Scene): boolean {
  if (pod.phase !== 'PENDING' || pod.nodeName === undefined || pod.startedAt === undefined) return false;
  if (pod.containers.some(isAtWork)) return false;
  return pod.containers.some(
    ({ state, reason = 'ContainerCreating' }) =>
      state === 'WAITING' && /^(?:ContainerCreating|PodInitializing)$/.test(reason),
  );
}

function isAtWork({ init, sidecar, state }: Container): boolean {
  return init && sidecar !== true && state === 'RUNNING';
}

/** Mounts and network are done before the first image is asked for. */
function hasSandbox({ pod, events }: Scene): boolean {
  return condition(pod, 'PodReadyToStartContainers') !== undefined || newest(events, 'Pulling', 'Pulled') !== undefined;
}
