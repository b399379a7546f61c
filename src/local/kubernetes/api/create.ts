import { randomUUID } from 'node:crypto';
import { ApiFailure } from '../api-failure.js';
import { admit, securityWarnings, withAdmissionDefaults } from '../admission/admit.js';
import { withDefaults } from '../kinds/defaults.js';
import { generateName } from '../kinds/names.js';
import { fieldsOf, textOf } from '../kinds/reading.js';
import type { Fields } from '../kinds/reading.js';
import { checkObject } from '../kinds/rules.js';
import { notFound } from '../object-store.js';
import type { KubernetesObject, ObjectMeta, ObjectStore } from '../objects.js';
import type { Call, Reply } from './call.js';
import { decodeObject, isDryRun, needBody } from './decode.js';
import type { Route } from './route.js';

/**
 * Creates an object: named, completed with defaults, checked, stored.
 *
 * @throws ApiFailure 400, 403 (namespace being deleted, or refused by admission), 404 (no such namespace), 409 AlreadyExists, 422 Invalid
 */
export function createObject({ store, route, query, body }: Call): Reply {
  const { kind } = route;
  const dryRun = isDryRun(query.getAll('dryRun'), 'CreateOptions');
  const { object, warnings } = decodeObject(needBody(body, kind), route, query);
  const created = createFrom(store, route, object, dryRun);
  return { code: 201, body: created, warnings: [...warnings, ...securityWarnings(store, kind, created)] };
}

/** The part of a creation after decoding; also what apply does when there is no such object. */
export function createFrom(store: ObjectStore, route: Route, object: Fields, dryRun: boolean): KubernetesObject {
  const { kind } = route;
  const metadata = fieldsOf(object['metadata']);
  if (textOf(metadata['resourceVersion']) !== '') {
    throw new ApiFailure(500, '', 'resourceVersion should not be set on objects to be created');
  }
  if (kind.namespaced) checkNamespace(store, route, textOf(metadata['name']));
  const prefix = textOf(metadata['generateName']);
  const uid = randomUUID();
  const named = {
    ...metadata,
    name: textOf(metadata['name']) || (prefix === '' ? '' : freeName(store, route, prefix)),
    uid,
    resourceVersion: '',
    creationTimestamp: '',
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    generation: undefined,
  };
  const completed = withDefaults(kind.resource, { ...object, metadata: named }, uid);
  const { apiVersion, kind: kindName, ...rest } = withAdmissionDefaults(store, kind, completed);
  const complete = { apiVersion, kind: kindName, metadata: {}, ...rest };
  checkObject(kind, complete);
  admit(store, kind, complete);
  return dryRun
    ? asIfStored(store, kind.resource, complete)
    : store.create(kind.resource, complete as KubernetesObject);
}

/** @throws ApiFailure 409 as a real creation would */
function asIfStored(store: ObjectStore, resource: Route['kind']['resource'], object: Fields): KubernetesObject {
  const { apiVersion, kind, metadata, ...rest } = JSON.parse(JSON.stringify(object)) as KubernetesObject;
  if (store.get(resource, metadata.namespace, metadata.name))
    store.create(resource, { ...rest, apiVersion, kind, metadata });
  const { resourceVersion: _none, ...kept } = metadata;
  const creationTimestamp = new Date().toISOString().replace(/\.\d+Z$/u, 'Z');
  const name = { ...kept, creationTimestamp } as ObjectMeta;
  return { apiVersion, kind, metadata: name, ...rest };
}

function checkNamespace(store: ObjectStore, { kind, namespace = '' }: Route, name: string): void {
  const home = store.get('namespaces', undefined, namespace);
  if (!home) throw notFound('namespaces', namespace);
  if (home.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const what = kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`;
  throw new ApiFailure(403, 'Forbidden', `${what} "${name}" is forbidden: ${why}`, {
    name,
    group: kind.group,
    kind: kind.resource,
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  });
}

/** A generated name is tried anew when it is taken, up to eight times, as the real server does. */
function freeName(store: ObjectStore, { kind, namespace }: Route, prefix: string): string {
  let name = generateName(prefix);
  for (let attempt = 0; attempt < 7 && store.get(kind.resource, namespace, name); attempt += 1)
    name = generateName(prefix);
  return name;
}
