import type { PodRequests } from '../model/pod.js';
import { amountOf } from './quantity.js';
import type { RawContainer, RawPodSpec } from './raw-pod.js';

/**
 * What the scheduler looks for: the sum over containers and sidecars, or one
 * init container when it alone asks for more. Undefined when nothing is asked.
 *
 * Pod-level resources and the overhead of a runtime class are not counted.
 */
export function requestsOf({ containers = [], initContainers = [] }: RawPodSpec): PodRequests | undefined {
  const cpus = total(containers, initContainers, 'cpu');
  const memoryBytes = total(containers, initContainers, 'memory');
  if (cpus === 0 && memoryBytes === 0) return undefined;
  return { ...(cpus !== 0 && { cpus }), ...(memoryBytes !== 0 && { memoryBytes }) };
}

function total(containers: readonly RawContainer[], before: readonly RawContainer[], resource: string): number {
  let sidecars = 0;
  let largest = 0;
  for (const one of before) if (isSidecar(one)) sidecars += amount(one, resource);
  for (const one of before) if (!isSidecar(one)) largest = Math.max(largest, amount(one, resource));
  let own = 0;
  for (const one of containers) own += amount(one, resource);
  return sidecars + Math.max(own, largest);
}

function isSidecar({ restartPolicy }: RawContainer): boolean {
  return restartPolicy === 'Always';
}

/** 0 for what is not asked, or is no quantity. */
function amount({ resources }: RawContainer, resource: string): number {
  return amountOf(resources?.requests?.[resource] ?? '') || 0;
}
