import os from 'node:os';
import type { Container, Pod } from './pod.js';
import { quantity } from './quantity.js';

/**
 * What a `fieldRef` says of a pod. Undefined for a field that does not exist;
 * a label or annotation that is not there is empty, as on a kubelet.
 */
export function fieldValue(pod: Pod, fieldPath: string): string | undefined {
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(fieldPath);
  if (keyed) return (keyed[1] === 'labels' ? pod.metadata.labels : pod.metadata.annotations)?.[keyed[2] ?? ''] ?? '';
  switch (fieldPath) {
    case 'metadata.name':
      return pod.metadata.name;
    case 'metadata.namespace':
      return pod.metadata.namespace ?? '';
    case 'metadata.uid':
      return pod.metadata.uid;
    case 'metadata.labels':
      return lines(pod.metadata.labels);
    case 'metadata.annotations':
      return lines(pod.metadata.annotations);
    case 'spec.nodeName':
      return pod.spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? 'default';
    case 'status.podIP':
    case 'status.podIPs':
    case 'status.hostIP':
    case 'status.hostIPs':
      return '127.0.0.1';
    default:
      return undefined;
  }
}

const lines = (pairs: Record<string, string> = {}): string =>
  Object.entries(pairs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');

/** What a `resourceFieldRef` says, in units of `divisor`, rounded up; the machine's own size where no limit is set. */
export function resourceValue(
  pod: Pod,
  self: Container,
  ref: { containerName?: string; resource: string; divisor?: string },
) {
  const container = pod.spec.containers.find(({ name }) => name === ref.containerName) ?? self;
  const [kind = '', name = ''] = ref.resource.split('.');
  const set = kind === 'requests' ? container.resources?.requests : container.resources?.limits;
  const machine = name === 'cpu' ? os.cpus().length : name === 'memory' ? os.totalmem() : 0;
  const amount = set?.[name] === undefined ? (kind === 'limits' ? machine : 0) : quantity(set[name]);
  return String(Math.ceil(amount / (quantity(ref.divisor ?? '1') || 1)));
}
