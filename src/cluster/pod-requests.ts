import type { PodRequests } from '../model/pod.js';
import type { RawContainer, RawPod } from './raw-pod.js';

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

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

/** Given 1500m returns 1.5; given 2Gi returns 2147483648; 0 for what is no quantity. */
function amount({ resources }: RawContainer, resource: string): number {
  const [, digits = '', unit = ''] =
    /^([\d.]+(?:e[+-]?\d+)?)([a-zA-Z]*)$/.exec(resources?.requests?.[resource] ?? '') ?? [];
  const value = Number(digits) * (factors[unit] ?? 0);
  return Number.isFinite(value) ? value : 0;
}
