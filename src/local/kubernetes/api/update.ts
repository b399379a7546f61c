import { ApiFailure } from '../api-failure.js';
import { withUpdateDefaults } from '../kinds/defaults.js';
import { fieldsOf, textOf } from '../kinds/reading.js';
import type { Fields } from '../kinds/reading.js';
import { checkObject } from '../kinds/rules.js';
import { conflict, notFound } from '../object-store.js';
import type { KubernetesObject, ObjectStore } from '../objects.js';
import type { Call, Reply } from './call.js';
import { decodeObject, isDryRun, needBody } from './decode.js';
import { removeWhenFinished } from './delete.js';
import { badRequest } from './failure-status.js';
import type { Route } from './route.js';

/** Replaces an object, or its status. @throws ApiFailure 400, 404, 409 Conflict, 422 Invalid */
export function updateObject({ store, route, query, body }: Call): Reply {
  const dryRun = isDryRun(query.getAll('dryRun'), 'UpdateOptions');
  const { object, warnings } = decodeObject(needBody(body, route.kind), route, query);
  const name = textOf(fieldsOf(object['metadata'])['name']);
  if (name === '') throw badRequest('name must be provided');
  return { code: 200, body: replaceObject(store, route, object, dryRun), warnings };
}

/**
 * Stores `object` in place of the present one: what the server keeps stays,
 * and status is written by the status subresource only, the rest by the other.
 */
export function replaceObject(store: ObjectStore, route: Route, object: Fields, dryRun: boolean): KubernetesObject {
  const { kind, namespace, name = '' } = route;
  const metadata = fieldsOf(object['metadata']);
  const given = textOf(metadata['name']);
  if (given !== name)
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  const current = store.get(kind.resource, namespace, name);
  if (!current) throw notFound(kind.resource, name);
  checkPreconditions(route, metadata, current);

  const next = combined(route, object, current);
  checkObject(kind, { ...next, metadata: { ...next.metadata, resourceVersion: metadata['resourceVersion'] } }, current);
  if (dryRun) return next;
  const stored = store.update(kind.resource, namespace, name, () => next);
  removeWhenFinished(store, kind.resource, stored);
  return stored;
}

function checkPreconditions({ kind, name = '' }: Route, metadata: Fields, current: KubernetesObject): void {
  const uid = textOf(metadata['uid']);
  if (uid !== '' && uid !== current.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`;
    throw conflict(kind.resource, name, why);
  }
  const version = textOf(metadata['resourceVersion']);
  if (version === '' || version === '0' || version === current.metadata.resourceVersion) return;
  if (!/^\d+$/u.test(version)) {
    throw new ApiFailure(
      400,
      'BadRequest',
      `resourceVersion: Invalid value: ${JSON.stringify(version)}: must be a number`,
    );
  }
  throw conflict(kind.resource, name);
}

/** What will be stored. */
function combined({ kind, subresource }: Route, object: Fields, current: KubernetesObject): KubernetesObject {
  const given = fieldsOf(object['metadata']);
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation } = current.metadata;
  const metadata = {
    ...given,
    name: current.metadata.name,
    generateName: current.metadata.generateName,
    uid,
    creationTimestamp,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    generation,
  };
  if (subresource === 'status') {
    const kept = {
      ...metadata,
      ownerReferences: current.metadata.ownerReferences,
      finalizers: current.metadata.finalizers,
    };
    return clean({ ...current, metadata: kept, status: object['status'] });
  }
  const complete = withUpdateDefaults(kind.resource, object, current);
  const hasStatus = kind.subresources.includes('status');
  const { apiVersion, kind: kindName, ...rest } = complete;
  return clean({ apiVersion, kind: kindName, ...rest, metadata, ...(hasStatus && { status: current['status'] }) });
}

/** As JSON would carry it: nothing that is undefined. */
const clean = (object: Fields): KubernetesObject => JSON.parse(JSON.stringify(object)) as KubernetesObject;
