import type { RawContainerStatus, RawPod, RawPodStatus, RawTermination } from './raw-pod.js';

/** The columns STATUS and RESTARTS of `kubectl get pods`. */
export interface PrintedPod {
  readonly status: string;
  readonly restarts: number;
}

interface Initialization {
  /** What to print when initialization still goes on or failed. */
  readonly status?: string;
  readonly restarts: number;
  readonly sidecarRestarts: number;
}

/**
 * What kubectl prints for a pod: the words that every Kubernetes user knows.
 *
 * Given a second init container of three that runs, return `Init:1/3`.
 *
 * @see kubernetes/pkg/printers/internalversion/printers.go, printPod (1.36)
 */
export function printedPod(pod: RawPod): PrintedPod {
  const status = pod.status ?? {};
  const initialization = printedInitialization(pod);
  const isInitialized = initialization.status === undefined || hasCondition(status, 'Initialized');
  const printed = initialization.status ?? ownWord(status);
  const restarts = isInitialized
    ? initialization.sidecarRestarts + sum(status.containerStatuses)
    : initialization.restarts;
  return { restarts, status: whenDeleted(pod, isInitialized ? printedContainers(status, printed) : printed) };
}

function ownWord({ phase = 'Pending', reason = '', conditions = [] }: RawPodStatus): string {
  const isGated = conditions.some((one) => one.type === 'PodScheduled' && one.reason === 'SchedulingGated');
  if (isGated) return 'SchedulingGated';
  return reason === '' ? phase : reason;
}

function printedInitialization({ spec = {}, status = {} }: RawPod): Initialization {
  const containers = spec.initContainers ?? [];
  const sidecars = new Set(containers.filter((one) => one.restartPolicy === 'Always').map((one) => one.name));
  let restarts = 0;
  let sidecarRestarts = 0;
  for (const [index, container] of (status.initContainerStatuses ?? []).entries()) {
    const isSidecar = sidecars.has(container.name);
    restarts += container.restartCount ?? 0;
    if (isSidecar) sidecarRestarts += container.restartCount ?? 0;
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0 || (isSidecar && container.started === true)) continue;
    const total = { restarts, sidecarRestarts };
    if (terminated) return { ...total, status: `Init:${terminationWord(terminated)}` };
    const reason = waiting?.reason ?? '';
    if (reason !== '' && reason !== 'PodInitializing') return { ...total, status: `Init:${reason}` };
    return { ...total, status: `Init:${index}/${containers.length}` };
  }
  return { restarts, sidecarRestarts };
}

/** The first container that has something to say wins, so they are asked from the last to the first. */
function printedContainers(status: RawPodStatus, before: string): string {
  let word = before;
  let hasRunning = false;
  for (const { state = {}, ready } of (status.containerStatuses ?? []).toReversed()) {
    const waiting = state.waiting?.reason ?? '';
    if (waiting !== '') word = waiting;
    else if (state.terminated) word = terminationWord(state.terminated);
    else if (ready === true && state.running) hasRunning = true;
  }
  if (word !== 'Completed' || !hasRunning) return word;
  return hasCondition(status, 'Ready') ? 'Running' : 'NotReady';
}

function whenDeleted({ metadata, status = {} }: RawPod, word: string): string {
  if (metadata?.deletionTimestamp === undefined) return word;
  if (status.reason === 'NodeLost') return 'Unknown';
  return status.phase === 'Succeeded' || status.phase === 'Failed' ? word : 'Terminating';
}

function terminationWord({ reason = '', signal = 0, exitCode }: RawTermination): string {
  if (reason !== '') return reason;
  return signal === 0 ? `ExitCode:${exitCode}` : `Signal:${signal}`;
}

function hasCondition({ conditions = [] }: RawPodStatus, wanted: string): boolean {
  return conditions.some(({ type, status }) => type === wanted && status === 'True');
}

function sum(statuses: readonly RawContainerStatus[] = []): number {
  return statuses.reduce((total, { restartCount = 0 }) => total + restartCount, 0);
}
