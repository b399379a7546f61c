import type { ResourceName } from './objects.js';

/** How a resource is addressed and spelled. */
export interface Kind {
  readonly resource: ResourceName;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: 'v1';
  readonly kind: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly categories?: readonly string[];
  /** Sub-resources next to the object itself. */
  readonly subresources: readonly ('status' | 'log')[];
}

const core = { group: '', version: 'v1', namespaced: true, subresources: [] } as const;

/** Every kind of this cluster. Discovery, routing and messages are read from here. */
export const kinds: readonly Kind[] = [
  { ...core, resource: 'configmaps', kind: 'ConfigMap', singular: 'configmap', shortNames: ['cm'] },
  { ...core, resource: 'events', kind: 'Event', singular: 'event', shortNames: ['ev'] },
  { ...core, resource: 'limitranges', kind: 'LimitRange', singular: 'limitrange', shortNames: ['limits'] },
  {
    ...core,
    resource: 'namespaces',
    kind: 'Namespace',
    singular: 'namespace',
    shortNames: ['ns'],
    namespaced: false,
    subresources: ['status'],
  },
  {
    ...core,
    resource: 'pods',
    kind: 'Pod',
    singular: 'pod',
    shortNames: ['po'],
    categories: ['all'],
    subresources: ['log', 'status'],
  },
  {
    ...core,
    resource: 'resourcequotas',
    kind: 'ResourceQuota',
    singular: 'resourcequota',
    shortNames: ['quota'],
    subresources: ['status'],
  },
  { ...core, resource: 'secrets', kind: 'Secret', singular: 'secret', shortNames: [] },
  {
    ...core,
    group: 'batch',
    resource: 'jobs',
    kind: 'Job',
    singular: 'job',
    shortNames: [],
    categories: ['all'],
    subresources: ['status'],
  },
  { ...core, group: 'coordination.k8s.io', resource: 'leases', kind: 'Lease', singular: 'lease', shortNames: [] },
];

const byResource = new Map(kinds.map((kind) => [kind.resource, kind]));

export function kindOf(resource: ResourceName): Kind {
  const kind = byResource.get(resource);
  if (!kind) throw new RangeError(`no kind is known for ${resource}`);
  return kind;
}

export const isNamespaced = (resource: ResourceName): boolean => kindOf(resource).namespaced;

/** For example `v1` or `batch/v1`. */
export const apiVersionOf = ({ group, version }: Kind): string => (group === '' ? version : `${group}/${version}`);
