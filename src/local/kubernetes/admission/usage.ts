import { at, fieldsOf, listOf, textOf } from '../kinds/reading.js';
import type { Fields } from '../kinds/reading.js';
import type { KubernetesObject, ObjectStore, ResourceName } from '../objects.js';
import { kinds } from '../resources.js';
import type { Kind } from '../resources.js';
import { amountOf, amountsOf, largestOf, sumOf } from './amounts.js';
import type { Amount, Amounts } from './amounts.js';

const one: Amount = amountOf(1);
const standard: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
/** Kinds that a quota may also count by their plain name. */
const plainlyCounted: ReadonlySet<ResourceName> = new Set(['secrets', 'configmaps', 'resourcequotas']);

export const isPodOver = (pod: Fields): boolean => ['Succeeded', 'Failed'].includes(textOf(at(pod, 'status', 'phase')));

/**
 * What one object takes of a quota: itself, and for a pod that has not ended
 * its place and what its containers request and may use at most.
 *
 * @see k8s.io/kubernetes/pkg/quota/v1/evaluator/core
 */
export function usageOf({ resource, group }: Kind, object: Fields): Amounts {
  const counted = new Map([[`count/${resource}${group === '' ? '' : `.${group}`}`, one]]);
  if (plainlyCounted.has(resource)) counted.set(resource, one);
  if (resource !== 'pods' || isPodOver(object)) return counted;
  const spec = fieldsOf(object['spec']);
  const together = sumOf(listOf(spec['containers']).map(containerUsage));
  const compute = largestOf([together, ...listOf(spec['initContainers']).map(containerUsage)]);
  return new Map([...counted, ['pods', one], ...compute]);
}

/** By the names a quota limits it by: `requests.cpu`, `cpu`, `limits.memory`, `requests.example.com/gpu`. */
export function containerUsage(container: Fields): Amounts {
  const { requests, limits } = fieldsOf(container['resources']);
  return new Map([
    ...[...amountsOf(requests)].map(([name, amount]) => [`requests.${name}`, amount] as const),
    ...[...amountsOf(requests)].filter(([name]) => standard.has(name)),
    ...[...amountsOf(limits)].map(([name, amount]) => [`limits.${name}`, amount] as const),
  ]);
}

/** What of a namespace counts for a quota with these scopes. */
export function usedIn(store: ObjectStore, namespace: string, quota: KubernetesObject): Amounts {
  const names = Object.keys(fieldsOf(at(quota, 'spec', 'hard')));
  const isWanted = (kind: Kind): boolean =>
    (kind.resource === 'pods' &&
      names.some((name) => !name.startsWith('count/') && !plainlyCounted.has(name as never))) ||
    names.some((name) => [...usageOf(kind, { status: { phase: 'Failed' } }).keys()].includes(name));
  const all = kinds
    .filter((kind) => kind.namespaced && isWanted(kind))
    .flatMap((kind) =>
      store
        .list(kind.resource, namespace)
        .filter((object) => isInScope(quota, kind, object))
        .map((object) => usageOf(kind, object)),
    );
  return sumOf(all);
}

/** Whether a quota with scopes is about this object. Scope selectors are not known here. */
export function isInScope(quota: KubernetesObject, { resource }: Kind, object: Fields): boolean {
  const scopes = at(quota, 'spec', 'scopes');
  if (!Array.isArray(scopes) || scopes.length === 0) return true;
  if (resource !== 'pods') return false;
  const isTerminating = at(object, 'spec', 'activeDeadlineSeconds') !== undefined;
  const isBestEffort = at(object, 'status', 'qosClass') === 'BestEffort';
  const holds: Readonly<Record<string, boolean>> = {
    Terminating: isTerminating,
    NotTerminating: !isTerminating,
    BestEffort: isBestEffort,
    NotBestEffort: !isBestEffort,
  };
  return scopes.every((scope) => holds[String(scope)] ?? false);
}
