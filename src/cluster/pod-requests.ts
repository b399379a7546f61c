import type { PodRequests } from '../model/pod.js';
import { amountOf } from './quantity.js';
import type { RawContainer, RawPod } from './raw-pod.js';

/**
 * What the scheduler looks for: the sum over containers and sidecars, or one
 * init container when it alone asks for more. Undefined when nothing is asked.
 *
 * Pod-level resources and the overhead of a runtime class are not counted.
 */
export function requestsOf({
  containers = [],
  initContainers = [],
}: NonNullable<RawPod['spec']>): PodRequests | undefined {
  const total = (resource: string): number | undefined => {
    const side = sum(initContainers.filter(isSidecar), resource);
    const own = sum(containers, resource) + side;
    const largest = Math.max(0, ...initContainers.map((one) => (isSidecar(one) ? 0 : amount(one, resource)) + side));
    return Math.max(own, largest) || undefined;
  };
  const [cpus, memoryBytes] = [total('cpu'), total('memory')];
  if (cpus === undefined && memoryBytes === undefined) return undefined;
  return { ...(cpus !== undefined && { cpus }), ...(memoryBytes !== undefined && { memoryBytes }) };
}

function isSidecar({ restartPolicy }: RawContainer): boolean {
  return restartPolicy === 'Always';
}

function sum(containers: readonly RawContainer[], resource: string): number {
  return containers.reduce((total, one) => total + amount(one, resource), 0);
}

/** 0 for what is not asked, or is no quantity. */
function amount({ resources }: RawContainer, resource: string): number {
  return amountOf(resources?.requests?.[resource] ?? '') || 0;
}
