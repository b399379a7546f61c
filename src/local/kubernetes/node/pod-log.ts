import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ApiFailure } from '../api-failure.js';
import type { LogFile } from './log-file.js';
import { readLogFile } from './log-reader.js';
import type { LogOptions, PodLog } from './log-reader.js';
import type { ContainerStatus, Pod } from './pod.js';

/**
 * The log of one of a pod's containers.
 *
 * @param logs the pod's directory of logs
 * @throws ApiFailure 400 in the words of the API server and the kubelet
 */
export function readPodLog(
  pod: Pod,
  options: LogOptions,
  logs: string,
  liveLogs: ReadonlyMap<string, LogFile>,
): PodLog {
  const name = options.container ?? onlyContainer(pod);
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  if (!all.some((container) => container.name === name)) {
    throw badRequest(`container ${name} is not valid for pod ${pod.metadata.name}`);
  }
  if (!pod.spec.nodeName) return emptyLog();
  const id = containerIdOf(pod, name, options.previous === true).replace(/^.*:\/\//, '');
  const path = join(logs, name, `${id}.log`);
  if (!existsSync(path))
    throw new ApiFailure(404, 'NotFound', `the server could not find the requested resource ( ${name} )`);
  return readLogFile(path, options, liveLogs.get(id));
}

function onlyContainer(pod: Pod): string {
  const names = pod.spec.containers.map(({ name }) => name);
  const [first] = names;
  if (names.length === 1 && first !== undefined) return first;
  const inits = (pod.spec.initContainers ?? []).map(({ name }) => name);
  const orInits = inits.length > 0 ? ` or one of the init containers: [${inits.join(' ')}]` : '';
  const choice = `choose one of: [${names.join(' ')}]${orInits}`;
  throw badRequest(`a container name must be specified for pod ${pod.metadata.name}, ${choice}`);
}

/** @see k8s.io/kubernetes/pkg/kubelet, validateContainerLogStatus */
function containerIdOf(pod: Pod, name: string, previous: boolean): string {
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  const status = statuses.find((candidate) => candidate.name === name);
  const container = `container "${name}" in pod "${pod.metadata.name}"`;
  if (!status) throw badRequest(`${container} is not available`);
  const { state, lastState } = status;
  const last = lastState.terminated?.containerID;
  if (previous) {
    if (!last) throw badRequest(`previous terminated ${container} not found`);
    return last;
  }
  const id = state.running ? status.containerID : (state.terminated?.containerID ?? last);
  if (id) return id;
  if (state.terminated) throw badRequest(`${container} is terminated`);
  throw badRequest(`${container} is waiting to start: ${waitingFor(status)}`);
}

function waitingFor({ state }: ContainerStatus): string {
  const reason = state.waiting?.reason ?? 'no logs yet';
  if (reason === 'ErrImagePull') return "image can't be pulled";
  return reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : reason;
}

const badRequest = (message: string): ApiFailure => new ApiFailure(400, 'BadRequest', message);

const ended = async (): Promise<IteratorResult<Buffer>> => ({ done: true, value: undefined });

/** Of a pod that no node has yet. */
function emptyLog(): PodLog {
  return { cancel: () => undefined, [Symbol.asyncIterator]: () => ({ next: ended, return: ended }) };
}
