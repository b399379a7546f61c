import { existsSync, readdirSync } from 'node:fs';
import type { ObjectStore } from '../objects.js';
import { withCondition } from './pod-conditions.js';
import { statusOf, waitingStatus } from './pod-status.js';
import { isTerminal } from './pod.js';
import type { Container, ContainerStatus, Pod } from './pod.js';
import { identityOf, writePod } from './write-pod.js';

/** Says that it was the node, not the pod, that ended it: a Job's podFailurePolicy can tell the two apart. */
export function markDisrupted(store: ObjectStore, pod: Pod, message: string): void {
  writePod(store, identityOf(pod), (current) => ({
    ...current,
    status: {
      ...current.status,
      conditions: withCondition(current, {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'TerminationByKubelet',
        message,
      }),
    },
  }));
}

/** The state of a container that was never seen to end. */
export const unlocated: ContainerStatus['state'] = {
  terminated: {
    exitCode: 137,
    reason: 'ContainerStatusUnknown',
    message: 'The container could not be located when the pod was terminated',
    startedAt: null,
    finishedAt: null,
  },
};

const restartMessage = 'The node was restarted while the pod was running.';

/**
 * Whether a container of the pod was started in an earlier life of the node:
 * its status says so, or, when that life ended before it could, there is a log.
 *
 * @param logs the pod's directory of logs
 */
export function hasStarted(pod: Pod, logs: string): boolean {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const isSaid = statuses.some(({ state, lastState }) => state.running ?? state.terminated ?? lastState.terminated);
  return (
    isSaid || (existsSync(logs) && readdirSync(logs, { recursive: true }).some((name) => String(name).endsWith('.log')))
  );
}

/**
 * Ends a pod whose processes went with an earlier life of the node: Failed,
 * its containers as exit code 137 of unknown end, condition DisruptionTarget.
 */
export function markLost(store: ObjectStore, pod: Pod): void {
  if (isTerminal(pod)) return;
  markDisrupted(store, pod, restartMessage);
  const picture = {
    initContainers: (pod.status?.initContainerStatuses ?? waiting(pod.spec.initContainers)).map(lost),
    containers: (pod.status?.containerStatuses ?? waiting(pod.spec.containers)).map(lost),
    sandboxReady: false,
    finished: true,
    ending: { reason: 'Terminated', message: restartMessage },
  };
  writePod(store, identityOf(pod), (current) => ({ ...current, status: statusOf(current, picture) }));
}

function lost(status: ContainerStatus): ContainerStatus {
  return status.state.terminated ? status : { ...status, ready: false, started: false, state: unlocated };
}

function waiting(specs: readonly Container[] = []): ContainerStatus[] {
  return specs.map((container) => waitingStatus(container, 'ContainerCreating'));
}
