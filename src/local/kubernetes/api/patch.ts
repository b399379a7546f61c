import { ApiFailure } from '../api-failure.js';
import { fieldsOf, isFields } from '../kinds/reading.js';
import type { Fields } from '../kinds/reading.js';
import { notFound } from '../object-store.js';
import type { KubernetesObject } from '../objects.js';
import type { Call, Reply } from './call.js';
import { createFrom } from './create.js';
import { decodeObject, isDryRun, needBody } from './decode.js';
import { badRequest } from './failure-status.js';
import { applyJsonPatch } from './json-patch.js';
import { applyMergePatch, applyStrategicPatch } from './merge-patch.js';
import { replaceObject } from './update.js';

/** The media types of a patch; the real server lists them when another comes. */
export const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

/**
 * Changes an object by a patch. Without a resourceVersion in the patch the
 * last writer wins, field by field.
 *
 * Server-side apply is taken as: create, or merge what is given. No ownership
 * of fields is kept, so a field that is no longer applied stays.
 *
 * @throws ApiFailure 400, 404, 409, 422
 */
export function patchObject(call: Call): Reply {
  const { store, route, query, mediaType } = call;
  const { kind, namespace, name = '' } = route;
  const dryRun = isDryRun(query.getAll('dryRun'), 'UpdateOptions');
  const current = store.get(kind.resource, namespace, name);
  if (mediaType === 'application/apply-patch+yaml') {
    const { object, warnings } = decodeObject(needBody(call.body, kind), route, query);
    if (!current && route.subresource === undefined) {
      return { code: 201, body: createFrom(store, route, object, dryRun), warnings };
    }
  }
  if (!current) throw notFound(kind.resource, name);
  const patched = patch(call, current);
  const { object, warnings } = decodeObject(patched, route, query, (why) => misfitting(patched, why));
  return {
    code: 200,
    body: replaceObject(store, route, withVersionAsPatched(object, patched, current), dryRun),
    warnings,
  };
}

function patch({ mediaType, raw, route }: Call, current: KubernetesObject): Fields {
  const target = structuredClone(current) as Fields;
  if (mediaType === 'application/json-patch+json') return fieldsOf(applyJsonPatch(target, raw));
  if (!isFields(raw)) {
    const type = Array.isArray(raw) ? 'array' : typeof raw;
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${type} into Go value of type map[string]interface {}`,
    );
  }
  const patched =
    mediaType === 'application/merge-patch+json'
      ? applyMergePatch(target, raw)
      : applyStrategicPatch(target, raw, route.kind.kind);
  return fieldsOf(patched);
}

/** The current version is no precondition, only one that the patch itself brought. */
function withVersionAsPatched(object: Fields, patched: Fields, current: KubernetesObject): Fields {
  const metadata = fieldsOf(object['metadata']);
  const version = fieldsOf(patched['metadata'])['resourceVersion'];
  return { ...object, metadata: { ...metadata, resourceVersion: version ?? current.metadata.resourceVersion } };
}

/** The patch was readable, but what came of it is no object of its kind. */
function misfitting(patched: Fields, why: string): ApiFailure {
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(patched))}: ${why}`;
  const causes = [{ reason: 'FieldValueInvalid', message, field: 'patch' }] as const;
  return new ApiFailure(422, 'Invalid', ` "" is invalid: patch: ${message}`, { causes });
}
