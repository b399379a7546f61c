import { ageOf } from './age.js';
import { at, fieldsOf, listOf, numberOf, textOf } from './reading.js';
import type { Fields } from './reading.js';

/** What `kubectl get pods` shows of one pod. */
export interface PodCells {
  readonly ready: string;
  readonly status: string;
  readonly restarts: string;
}

/**
 * The STATUS, READY and RESTARTS columns.
 *
 * @see Kubernetes, pkg/printers/internalversion/printers.go, printPod
 */
export function podCells(pod: Fields, now: number): PodCells {
  const status = fieldsOf(pod['status']);
  const containers = listOf(at(pod, 'spec', 'containers'));
  const sidecars = new Set(
    listOf(at(pod, 'spec', 'initContainers'))
      .filter((one) => one['restartPolicy'] === 'Always')
      .map((one) => one['name']),
  );
  const initialised = initProgress(pod, sidecars);
  const own = listOf(status['containerStatuses']);
  const counted = [
    ...own,
    ...listOf(status['initContainerStatuses']).filter((one) => !initialised || sidecars.has(one['name'])),
  ];
  const restarts = counted.reduce((sum, one) => sum + numberOf(one['restartCount']), 0);
  const ready = own.filter((one) => one['ready'] === true && at(one, 'state', 'running') !== undefined).length;
  const readySidecars = listOf(status['initContainerStatuses']).filter(
    (one) => sidecars.has(one['name']) && one['ready'] === true,
  );

  let reason = textOf(status['reason']) || textOf(status['phase']);
  const gated = listOf(status['conditions']).find(
    (one) => one['type'] === 'PodScheduled' && one['reason'] === 'SchedulingGated',
  );
  if (gated) reason = 'SchedulingGated';
  if (initialised) reason = initialised;
  else if (own.length > 0) reason = containerReason(own, reason, status);
  if (at(pod, 'metadata', 'deletionTimestamp') !== undefined) {
    const phase = textOf(status['phase']);
    if (status['reason'] === 'NodeLost') reason = 'Unknown';
    else if (phase !== 'Failed' && phase !== 'Succeeded') reason = 'Terminating';
  }
  const last = counted
    .map((one) => Date.parse(textOf(at(one, 'lastState', 'terminated', 'finishedAt'))))
    .filter((time) => !Number.isNaN(time));
  const ago = restarts > 0 && last.length > 0 ? ` (${ageOf(new Date(Math.max(...last)).toISOString(), now)} ago)` : '';
  return {
    ready: `${ready + readySidecars.length}/${containers.length + sidecars.size}`,
    status: reason,
    restarts: `${restarts}${ago}`,
  };
}

/** `Init:…` while an init container is not done; undefined once all are. */
function initProgress(pod: Fields, sidecars: ReadonlySet<unknown>): string | undefined {
  const all = listOf(at(pod, 'spec', 'initContainers'));
  for (const [i, one] of listOf(at(pod, 'status', 'initContainerStatuses')).entries()) {
    const state = fieldsOf(one['state']);
    const terminated = fieldsOf(state['terminated']);
    const waiting = textOf(at(state, 'waiting', 'reason'));
    if ('terminated' in state && numberOf(terminated['exitCode']) === 0) continue;
    if (sidecars.has(one['name']) && one['started'] === true) continue;
    if ('terminated' in state) return `Init:${endOf(terminated)}`;
    if (waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`;
    return `Init:${i}/${all.length}`;
  }
  return undefined;
}

function containerReason(own: readonly Fields[], before: string, status: Fields): string {
  let reason = before;
  let running = false;
  for (const one of own.toReversed()) {
    const waiting = textOf(at(one, 'state', 'waiting', 'reason'));
    const terminated = at(one, 'state', 'terminated');
    if (waiting !== '') reason = waiting;
    else if (terminated !== undefined) reason = endOf(fieldsOf(terminated));
    else if (one['ready'] === true && at(one, 'state', 'running') !== undefined) running = true;
  }
  if (reason !== 'Completed' || !running) return reason;
  const ready = listOf(status['conditions']).some((one) => one['type'] === 'Ready' && one['status'] === 'True');
  return ready ? 'Running' : 'NotReady';
}

function endOf(terminated: Fields): string {
  const reason = textOf(terminated['reason']);
  if (reason !== '') return reason;
  const signal = numberOf(terminated['signal']);
  return signal === 0 ? `ExitCode:${numberOf(terminated['exitCode'])}` : `Signal:${signal}`;
}
