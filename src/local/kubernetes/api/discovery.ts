import { apiVersionOf, kinds } from '../resources.js';
import type { Kind } from '../resources.js';

/** The version this server stands in for; clients choose their ways by it. */
export const kubernetesVersion = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'go1.26',
  compiler: 'gc',
  platform: 'linux/amd64',
};

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const verbsOf = ({ resource, group }: Kind): string[] => {
  if (group === viewGroup) return readVerbs;
  return resource === 'namespaces' ? verbs.filter((verb) => verb !== 'deletecollection') : verbs;
};
const subresourceVerbs = { log: ['get'], status: ['get', 'patch', 'update'] };

/** Shows core events in another form, to be read only. */
const viewGroup = 'events.k8s.io';
const readVerbs = ['get', 'list', 'watch'];

/** What a group has, with its verbs. */
const kindsOf = (group: string): readonly Kind[] =>
  group === viewGroup
    ? kinds.filter(({ resource }) => resource === 'events').map((kind) => ({ ...kind, group }))
    : kinds.filter((kind) => kind.group === group);

/** Group names in the order of the real server: core first. */
export const groups = ['', 'batch', 'coordination.k8s.io', viewGroup];

/**
 * The discovery documents by path, or undefined for another path.
 *
 * @param accept of the request: with `as=APIGroupDiscoveryList`, /api and /apis answer with everything at once
 */
export function discoveryDocument(
  path: string,
  accept: string,
): { readonly body: object; readonly contentType: string } | undefined {
  const aggregated = /as=APIGroupDiscoveryList/u.test(accept) && /;v=v2(;|,|$)/u.test(accept);
  if (path === '/version') return plain(kubernetesVersion);
  if (path === '/api' || path === '/apis') {
    const core = path === '/api';
    if (aggregated) {
      const contentType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
      return { body: aggregatedList(groups.filter((group) => (group === '') === core)), contentType };
    }
    if (core) return plain({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] });
    const named = groups.filter((group) => group !== '').map(groupDocument);
    return plain({ kind: 'APIGroupList', apiVersion: 'v1', groups: named });
  }
  const group = groups.find((one) => one !== '' && path === `/apis/${one}`);
  if (group !== undefined) return plain({ kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(group) });
  const listed = groups.find((one) => path === (one === '' ? '/api/v1' : `/apis/${one}/v1`));
  return listed === undefined ? undefined : plain(resourceList(listed));
}

const plain = (body: object) => ({ body, contentType: 'application/json' });

function groupDocument(name: string): object {
  const version = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [version], preferredVersion: version };
}

function resourceList(group: string): object {
  const own = kindsOf(group);
  const resources = own.flatMap((kind) => [
    {
      name: kind.resource,
      singularName: kind.singular,
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: verbsOf(kind),
      ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
      ...(kind.categories && { categories: kind.categories }),
    },
    ...kind.subresources.map((subresource) => ({
      name: `${kind.resource}/${subresource}`,
      singularName: '',
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: subresourceVerbs[subresource],
    })),
  ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: group === '' ? 'v1' : `${group}/v1`, resources };
}

function aggregatedList(names: readonly string[]): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: names.map((group) => ({
      metadata: { ...(group !== '' && { name: group }), creationTimestamp: null },
      versions: [
        {
          version: 'v1',
          freshness: 'Current',
          resources: kindsOf(group).map(aggregatedResource),
        },
      ],
    })),
  };
}

function aggregatedResource(kind: Kind): object {
  const responseKind = { group: kind.group, version: kind.version, kind: kind.kind };
  return {
    resource: kind.resource,
    responseKind,
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: verbsOf(kind),
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(kind.categories && { categories: kind.categories }),
    subresources: kind.subresources.map((subresource) => ({
      subresource,
      responseKind,
      verbs: subresourceVerbs[subresource],
    })),
  };
}

/** For example `apis/batch/v1`, as the OpenAPI index names it. */
export const openApiPathOf = (kind: Kind): string =>
  kind.group === '' ? `api/${kind.version}` : `apis/${apiVersionOf(kind)}`;
