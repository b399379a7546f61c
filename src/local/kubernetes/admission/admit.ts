import { ApiFailure } from '../api-failure.js';
import { withPodDefaults } from '../kinds/pod-defaults.js';
import { at, fieldsOf, textOf } from '../kinds/reading.js';
import type { Fields } from '../kinds/reading.js';
import type { ObjectStore } from '../objects.js';
import type { Kind } from '../resources.js';
import { limitRefusal, withLimitDefaults } from './limit-range.js';
import { breachesOf, policyOf } from './pod-security.js';
import type { SecurityPolicy } from './pod-security.js';
import { quotaRefusal } from './quota.js';

/** What admission changes of a new object before it is checked: a pod gets the limits of its namespace. */
export function withAdmissionDefaults(store: ObjectStore, { resource }: Kind, object: Fields): Fields {
  if (resource !== 'pods') return object;
  const limited = withLimitDefaults(store, object);
  return limited === object ? object : withPodDefaults(limited);
}

/**
 * Lets a new object in, or refuses it as LimitRanger, PodSecurity and
 * ResourceQuota of the real server do, in this order.
 *
 * @throws ApiFailure 403 Forbidden
 */
export function admit(store: ObjectStore, kind: Kind, object: Fields): void {
  const refusal =
    (kind.resource === 'pods' ? (limitRefusal(store, object) ?? securityRefusal(store, object)) : undefined) ??
    (kind.namespaced ? quotaRefusal(store, kind, object) : undefined);
  if (refusal === undefined) return;
  const what = kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`;
  const name = textOf(at(object, 'metadata', 'name'));
  throw new ApiFailure(403, 'Forbidden', `${what} "${name}" is forbidden: ${refusal}`, {
    name,
    ...(kind.group !== '' && { group: kind.group }),
    kind: kind.resource,
  });
}

function securityRefusal(store: ObjectStore, pod: Fields): string | undefined {
  const policy = policyOf(labelsOfHome(store, pod), 'enforce');
  const breaches = breachesOf(fieldsOf(pod['spec']), policy);
  return breaches === undefined ? undefined : `violates ${inWords(policy)}: ${breaches}`;
}

/** What the client is warned of: a Job whose pods will be refused, or a pod that is let in. */
export function securityWarnings(store: ObjectStore, { resource }: Kind, object: Fields): string[] {
  if (resource !== 'pods' && resource !== 'jobs') return [];
  const policy = policyOf(labelsOfHome(store, object), 'warn');
  const spec = resource === 'pods' ? object['spec'] : at(object, 'spec', 'template', 'spec');
  const breaches = breachesOf(fieldsOf(spec), policy);
  return breaches === undefined ? [] : [`would violate ${inWords(policy)}: ${breaches}`];
}

const inWords = ({ level, version }: SecurityPolicy): string => `PodSecurity "${level}:${version}"`;

function labelsOfHome(store: ObjectStore, object: Fields): Readonly<Record<string, string>> {
  const namespace = textOf(at(object, 'metadata', 'namespace'));
  return store.get('namespaces', undefined, namespace)?.metadata.labels ?? {};
}
