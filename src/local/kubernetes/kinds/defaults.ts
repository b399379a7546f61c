import type { ResourceName } from '../objects.js';
import { withJobDefaults } from './job-defaults.js';
import { withPodDefaults, withPodSpecDefaults } from './pod-defaults.js';
import { fieldsOf, listOf } from './reading.js';
import type { Fields } from './reading.js';

/** Completes a new object; its status becomes what a new object's status is. `uid` is the one it will have. */
export function withDefaults(resource: ResourceName, object: Fields, uid: string): Fields {
  switch (resource) {
    case 'pods':
      return withPodDefaults(object);
    case 'jobs':
      return withJobDefaults(object, uid);
    case 'secrets':
      return withSecretDefaults(object);
    case 'namespaces':
      return withNamespaceDefaults(object);
    case 'events':
      return { source: {}, reportingComponent: '', reportingInstance: '', ...object };
    case 'limitranges':
      return withLimitRangeDefaults(object);
    case 'resourcequotas':
      return { ...object, status: {} };
    case 'configmaps':
    case 'leases':
      return object;
  }
}

/** Completes what a client sends to replace an existing object; `current` keeps what was generated. */
export function withUpdateDefaults(resource: ResourceName, object: Fields, current: Fields): Fields {
  const spec = fieldsOf(object['spec']);
  switch (resource) {
    case 'secrets':
      return withSecretDefaults(object);
    case 'pods':
      return { ...object, spec: withPodSpecDefaults(spec) };
    case 'jobs': {
      const before = fieldsOf(current['spec']);
      const template = fieldsOf(spec['template'] ?? before['template']);
      const kept = [
        'parallelism',
        'backoffLimit',
        'completionMode',
        'suspend',
        'manualSelector',
        'podReplacementPolicy',
        'selector',
      ];
      return {
        ...object,
        spec: {
          ...Object.fromEntries(kept.filter((name) => name in before).map((name) => [name, before[name]])),
          ...spec,
          template: {
            ...template,
            metadata: fieldsOf(template['metadata'] ?? fieldsOf(before['template'])['metadata']),
            spec: withPodSpecDefaults(fieldsOf(template['spec'])),
          },
        },
      };
    }
    default:
      return object;
  }
}

/** `stringData` is for writing only: it is folded into `data`. */
function withSecretDefaults(object: Fields): Fields {
  const { stringData, ...secret } = object;
  const folded = Object.entries(fieldsOf(stringData)).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString('base64'),
  ]);
  const data = { ...fieldsOf(secret['data']), ...(Object.fromEntries(folded) as Fields) };
  return { type: 'Opaque', ...secret, ...((Object.keys(data).length > 0 || 'data' in secret) && { data }) };
}

/** A default follows from the maximum, a default request from the default, then from the minimum. */
function withLimitRangeDefaults(range: Fields): Fields {
  const spec = fieldsOf(range['spec']);
  const limits = listOf(spec['limits']).map((item) => {
    if (item['type'] !== 'Container') return item;
    const amounts = {
      default: { ...fieldsOf(item['max']), ...fieldsOf(item['default']) },
      defaultRequest: {},
    };
    amounts.defaultRequest = { ...fieldsOf(item['min']), ...amounts.default, ...fieldsOf(item['defaultRequest']) };
    const said = Object.entries(amounts).filter(([, given]) => Object.keys(given).length > 0);
    return { ...item, ...(Object.fromEntries(said) as Fields) };
  });
  return { ...range, spec: { ...spec, limits } };
}

function withNamespaceDefaults(object: Fields): Fields {
  const metadata = fieldsOf(object['metadata']);
  const labels = { ...fieldsOf(metadata['labels']), 'kubernetes.io/metadata.name': metadata['name'] };
  return {
    ...object,
    metadata: { ...metadata, labels },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}
