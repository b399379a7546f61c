import { isDeepStrictEqual } from 'node:util';
import { ApiFailure } from '../api-failure.js';
import type { FailureCause } from '../api-failure.js';
import type { Kind } from '../resources.js';
import { jobCauses, jobUpdateCauses } from './job-rules.js';
import { forbidden, invalid, labelsCauses, nameCauses, qualifiedNameCauses, required } from './names.js';
import { podSpecCauses } from './pod-rules.js';
import { at, fieldsOf, listOf, textOf } from './reading.js';
import type { Fields } from './reading.js';

/**
 * Checks a complete object, and against what it replaces when `before` is given.
 *
 * Covers what people get wrong, not everything the real server checks.
 *
 * @throws ApiFailure 422 Invalid with every cause found
 */
export function checkObject(kind: Kind, object: Fields, before?: Fields): void {
  const metadata = fieldsOf(object['metadata']);
  const name = textOf(metadata['name']);
  const causes = [
    ...(before ? [] : nameCauses(kind, name)),
    ...labelsCauses('metadata.labels', fieldsOf(metadata['labels']) as Record<string, string>),
    ...Object.keys(fieldsOf(metadata['annotations'])).flatMap((key) =>
      qualifiedNameCauses('metadata.annotations', key.toLowerCase()),
    ),
    ...finalizerCauses(metadata, before),
    ...listOf(metadata['ownerReferences']).flatMap(ownerCauses),
    ...kindCauses(kind, object),
    ...(before ? updateCauses(kind, object, before) : []),
  ];
  if (causes.length > 0) throw invalidObject(kind, name, causes);
}

export function invalidObject(kind: Kind, name: string, causes: readonly FailureCause[]): ApiFailure {
  const what = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
  return new ApiFailure(422, 'Invalid', `${what} "${name}" is invalid: ${joined(causes)}`, {
    ...(name !== '' && { name }),
    ...(kind.group !== '' && { group: kind.group }),
    kind: kind.kind,
    causes,
  });
}

/** One cause as it is, several in brackets. */
export function joined(causes: readonly FailureCause[]): string {
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  return texts.length === 1 ? texts.join('') : `[${texts.join(', ')}]`;
}

function kindCauses({ resource }: Kind, object: Fields): FailureCause[] {
  switch (resource) {
    case 'pods':
      return podSpecCauses(fieldsOf(object['spec']), 'spec');
    case 'jobs':
      return jobCauses(object);
    case 'secrets':
    case 'configmaps':
      return keyCauses(object);
    case 'events':
      return eventCauses(object);
    case 'leases': {
      const seconds = at(object, 'spec', 'leaseDurationSeconds');
      return typeof seconds === 'number' && seconds <= 0
        ? [invalid('spec.leaseDurationSeconds', seconds, 'must be greater than 0')]
        : [];
    }
    case 'namespaces':
      return securityLabelCauses(fieldsOf(at(object, 'metadata', 'labels')));
    case 'resourcequotas':
      return quotaCauses(object);
    case 'limitranges':
      return [];
  }
}

function securityLabelCauses(labels: Fields): FailureCause[] {
  const levels = ['privileged', 'baseline', 'restricted'];
  return ['enforce', 'audit', 'warn']
    .map((mode) => `pod-security.kubernetes.io/${mode}`)
    .filter((label) => label in labels && !levels.includes(textOf(labels[label])))
    .map((label) => invalid(`metadata.labels[${label}]`, labels[label], `must be one of ${levels.join(', ')}`));
}

const countedByName =
  /^(pods|secrets|configmaps|services|resourcequotas|persistentvolumeclaims|replicationcontrollers)$/u;
const limitedByName =
  /^((requests\.|limits\.)?(cpu|memory|ephemeral-storage)|requests\.storage|services\.(nodeports|loadbalancers))$/u;

function quotaCauses(object: Fields): FailureCause[] {
  return Object.entries(fieldsOf(at(object, 'spec', 'hard'))).flatMap(([name, amount]) => {
    const field = `spec.hard[${name}]`;
    if (!name.includes('/') && !countedByName.test(name) && !limitedByName.test(name)) {
      return [
        invalid(field, name, 'must be a standard resource type or fully qualified'),
        invalid(field, name, 'must be a standard resource for quota'),
      ];
    }
    return String(amount).startsWith('-') ? [invalid(field, amount, 'must be greater than or equal to 0')] : [];
  });
}

function keyCauses(object: Fields): FailureCause[] {
  const rule =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', " +
    "regex used for validation is '[-._a-zA-Z0-9]+')";
  const keys = [...Object.keys(fieldsOf(object['data'])), ...Object.keys(fieldsOf(object['binaryData']))];
  const size = JSON.stringify(object['data'] ?? {}).length;
  return [
    ...keys.filter((key) => !isConfigKey(key)).map((key) => invalid(`data[${key}]`, key, rule)),
    ...(size > 1024 * 1024 * 1.4
      ? [
          {
            reason: 'FieldValueInvalid',
            field: 'data',
            message: 'Too long: may not be more than 1048576 bytes',
          } as const,
        ]
      : []),
  ];
}

const isConfigKey = (key: string): boolean =>
  /^[-._a-zA-Z0-9]{1,253}$/u.test(key) && key !== '.' && !key.startsWith('..');

function eventCauses(object: Fields): FailureCause[] {
  const namespace = at(object, 'metadata', 'namespace');
  const involved = textOf(at(object, 'involvedObject', 'namespace'));
  const isClusterWide = involved === '' && namespace === 'default';
  return involved === namespace || isClusterWide
    ? []
    : [invalid('involvedObject.namespace', involved, 'does not match event.namespace')];
}

function ownerCauses(owner: Fields): FailureCause[] {
  return ['apiVersion', 'kind', 'name', 'uid']
    .filter((name) => textOf(owner[name]) === '')
    .map((name) => invalid(`metadata.ownerReferences.${name}`, '', 'must not be empty'));
}

function finalizerCauses(metadata: Fields, before: Fields | undefined): FailureCause[] {
  const names = Array.isArray(metadata['finalizers']) ? metadata['finalizers'].map(String) : [];
  const old = at(before, 'metadata', 'finalizers');
  const known = Array.isArray(old) ? old.map(String) : [];
  const special = new Set(['orphan', 'foregroundDeletion']);
  const added = names.filter((name) => !known.includes(name));
  return [
    ...names
      .filter((name) => !name.includes('/') && !special.has(name))
      .map((name) =>
        invalid('metadata.finalizers', name, 'name is neither a standard finalizer name nor is it fully qualified'),
      ),
    ...(at(before, 'metadata', 'deletionTimestamp') !== undefined && added.length > 0
      ? [
          forbidden(
            'metadata.finalizers',
            `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`,
          ),
        ]
      : []),
  ];
}

function updateCauses({ resource }: Kind, object: Fields, before: Fields): FailureCause[] {
  switch (resource) {
    case 'jobs':
      return jobUpdateCauses(object, before);
    case 'pods':
      return podUpdateCauses(object, before);
    case 'secrets':
    case 'configmaps':
      return [
        ...(object['type'] === before['type'] ? [] : [invalid('type', object['type'], 'field is immutable')]),
        ...(before['immutable'] === true &&
        !(object['immutable'] === true && isDeepStrictEqual(object['data'], before['data']))
          ? [forbidden('data', 'field is immutable when `immutable` is set')]
          : []),
      ];
    case 'leases':
      return at(object, 'metadata', 'resourceVersion') === undefined
        ? [required('metadata.resourceVersion', 'must be specified for an update')]
        : [];
    default:
      return [];
  }
}

/** Of a pod's spec only images, the deadline and tolerations may change. */
function podUpdateCauses(object: Fields, before: Fields): FailureCause[] {
  if (isDeepStrictEqual(fixedPart(object), fixedPart(before))) return [];
  const allowed =
    '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing ' +
    'tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
  return [forbidden('spec', `pod updates may not change fields other than ${allowed}`)];
}

/** A pod's spec without what may change. */
function fixedPart(pod: Fields): unknown {
  const spec = fieldsOf(pod['spec']);
  return {
    ...spec,
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    containers: withoutImages(spec['containers']),
    initContainers: withoutImages(spec['initContainers']),
  };
}

const withoutImages = (containers: unknown): unknown =>
  listOf(containers).map((container) => ({ ...container, image: undefined }));
