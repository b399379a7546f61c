import { notFound } from '../object-store.js';
import type { KubernetesObject } from '../objects.js';
import type { Call, Reply } from './call.js';
import { createObject } from './create.js';
import { deleteObject, parseDeletion } from './delete.js';
import { methodNotAllowed } from './failure-status.js';
import { listPage } from './list.js';
import { parseListOptions } from './list-options.js';
import { patchObject } from './patch.js';
import type { Representation } from './representation.js';
import type { Route } from './route.js';
import { updateObject } from './update.js';

const orphanWarning =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set ' +
  'propagationPolicy=Orphan to suppress this warning';

/**
 * Whether a resource of this form has the method at all.
 *
 * @throws ApiFailure 405
 */
export function checkMethod(method: string, { kind, namespace, name, subresource }: Route): void {
  const isCollection = name === undefined;
  const isAcrossNamespaces = kind.namespaced && namespace === undefined;
  const allowed =
    subresource === 'log'
      ? ['GET']
      : subresource === 'status'
        ? ['GET', 'PUT', 'PATCH']
        : !isCollection
          ? ['GET', 'PUT', 'PATCH', 'DELETE']
          : isAcrossNamespaces
            ? ['GET']
            : kind.resource === 'namespaces'
              ? ['GET', 'POST']
              : ['GET', 'POST', 'DELETE'];
  if (!allowed.includes(method)) throw methodNotAllowed();
}

/** Every verb but watch and log. @throws ApiFailure */
export function handleResource(method: string, call: Call, representation: Representation): Reply {
  const { store, route, query } = call;
  const { kind, namespace, name } = route;
  switch (method) {
    case 'GET': {
      if (name === undefined) {
        const { items, metadata } = listPage(store, route, parseListOptions(query, kind.resource, false));
        return { code: 200, body: representation.list(items, metadata) };
      }
      const object = store.get(kind.resource, namespace, name);
      if (!object) throw notFound(kind.resource, name);
      return { code: 200, body: representation.one(object) };
    }
    case 'POST':
      return shown(createObject(call), representation);
    case 'PUT':
      return shown(updateObject(call), representation);
    case 'PATCH':
      return shown(patchObject(call), representation);
    case 'DELETE':
      return name === undefined ? deleteMany(call, representation) : deleteOne(call, name, representation);
    default:
      throw methodNotAllowed();
  }
}

const shown = (reply: Reply, representation: Representation): Reply => ({
  ...reply,
  body: representation.one(reply.body as KubernetesObject),
});

function deleteOne({ store, route, body, query }: Call, name: string, representation: Representation): Reply {
  const { kind, namespace } = route;
  const deletion = parseDeletion(body, query);
  const warns = kind.resource === 'jobs' && deletion.propagation === undefined;
  const { marked, last } = deleteObject(store, { resource: kind.resource, namespace, name }, deletion);
  const warnings = warns ? [orphanWarning] : [];
  if (marked ?? kind.resource === 'pods') return { code: 200, body: representation.one(last), warnings };
  const details = {
    name,
    ...(kind.group !== '' && { group: kind.group }),
    kind: kind.resource,
    uid: last.metadata.uid,
  };
  return { code: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }, warnings };
}

/** Deletes all that is selected; the answer lists them. */
function deleteMany({ store, route, body, query }: Call, representation: Representation): Reply {
  const { kind, namespace } = route;
  const options = parseListOptions(query, kind.resource, false);
  const deletion = parseDeletion(body, query);
  const { items, metadata } = listPage(store, route, options);
  for (const { metadata: target } of items) {
    // A controller may have removed it when its owner went, one step before.
    if (!store.get(kind.resource, namespace, target.name)) continue;
    deleteObject(store, { resource: kind.resource, namespace, name: target.name }, deletion);
  }
  return { code: 200, body: representation.list(items, metadata) };
}
