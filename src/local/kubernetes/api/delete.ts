import { ApiFailure } from '../api-failure.js';
import { unsupported } from '../kinds/names.js';
import { graceSecondsOf } from '../kinds/pod-defaults.js';
import { at, fieldsOf } from '../kinds/reading.js';
import type { Fields } from '../kinds/reading.js';
import { notFound } from '../object-store.js';
import type { KubernetesObject, ObjectStore, ResourceName } from '../objects.js';
import { kindOf } from '../resources.js';
import { isDryRun } from './decode.js';
import { joinedInvalid } from './option-failures.js';

/** DeleteOptions, from the body or the query. */
export interface Deletion {
  readonly graceSeconds?: number;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan';
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun: boolean;
}

const policies = ['Foreground', 'Background', 'Orphan'] as const;

/** @throws ApiFailure 422 for a policy or a dryRun that is not known */
export function parseDeletion(body: Fields | undefined, query: URLSearchParams): Deletion {
  const grace = body?.['gracePeriodSeconds'] ?? query.get('gracePeriodSeconds');
  const policy =
    body?.['propagationPolicy'] ??
    query.get('propagationPolicy') ??
    (body?.['orphanDependents'] === true ? 'Orphan' : undefined);
  const propagation = policies.find((one) => one === policy);
  if (policy !== undefined && !propagation) {
    throw joinedInvalid('DeleteOptions', [unsupported('propagationPolicy', policy, [...policies, 'nil'])]);
  }
  const dryRuns = Array.isArray(body?.['dryRun']) ? body['dryRun'].map(String) : query.getAll('dryRun');
  return {
    ...(grace !== null && grace !== '' && { graceSeconds: Number(grace) }),
    ...(propagation && { propagation }),
    preconditions: fieldsOf(body?.['preconditions']) as Deletion['preconditions'],
    dryRun: isDryRun(dryRuns, 'DeleteOptions'),
  };
}

/**
 * Deletes one object, or begins to: with finalizers it is only marked, and a
 * pod that runs is marked and left to the node for its grace.
 *
 * A Job deleted without a policy orphans its pods (batch/v1's default; kubectl
 * asks for Background).
 *
 * @returns the marked object, or undefined when it is gone
 * @throws ApiFailure 404, 409
 */
export function deleteObject(
  store: ObjectStore,
  { resource, namespace, name }: { resource: ResourceName; namespace: string | undefined; name: string },
  deletion: Deletion,
): { readonly marked?: KubernetesObject; readonly last: KubernetesObject } {
  const current = store.get(resource, namespace, name);
  if (!current) throw notFound(resource, name);
  checkPreconditions(resource, current, deletion);
  const grace = resource === 'pods' ? podGrace(current, deletion.graceSeconds) : 0;
  const finalizers = finalizersAfter(resource, current, deletion);
  const removes = grace === 0 && finalizers.length === 0 && !hasContents(resource, current);
  if (deletion.dryRun) return { last: current };
  if (removes) return { last: store.remove(resource, namespace, name) };
  const marked = store.update(resource, namespace, name, (object) => mark(object, resource, grace, finalizers));
  return { marked, last: marked };
}

/** Takes a marked object away once nothing holds it: no finalizer, no grace, no contents. */
export function removeWhenFinished(store: ObjectStore, resource: ResourceName, object: KubernetesObject): void {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [], namespace, name } = object.metadata;
  if (deletionTimestamp === undefined || finalizers.length > 0 || deletionGracePeriodSeconds > 0) return;
  if (hasContents(resource, object)) return;
  if (store.get(resource, namespace, name)) store.remove(resource, namespace, name);
}

/** A namespace stays until its contents are gone: `spec.finalizers` says so. */
const hasContents = (resource: ResourceName, object: KubernetesObject): boolean =>
  resource === 'namespaces' && Array.isArray(at(object, 'spec', 'finalizers'));

function mark(object: KubernetesObject, resource: ResourceName, grace: number, finalizers: string[]): KubernetesObject {
  const { deletionTimestamp, deletionGracePeriodSeconds } = object.metadata;
  const isShorter = deletionTimestamp === undefined || grace < (deletionGracePeriodSeconds ?? 0);
  const end = new Date(Math.floor(Date.now() / 1000 + grace) * 1000).toISOString().replace('.000Z', 'Z');
  const { finalizers: _before, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(finalizers.length > 0 && { finalizers }),
      ...(isShorter && { deletionTimestamp: end, deletionGracePeriodSeconds: grace }),
    },
    ...(resource === 'namespaces' && { status: { ...fieldsOf(object['status']), phase: 'Terminating' } }),
  };
}

/** Nothing runs for a pod without a node or one that ended: no grace is needed. A negative grace means one second. */
function podGrace(pod: KubernetesObject, asked: number | undefined): number {
  const phase = at(pod, 'status', 'phase');
  if (at(pod, 'spec', 'nodeName') === undefined || phase === 'Failed' || phase === 'Succeeded') return 0;
  const grace = asked ?? graceSecondsOf(pod);
  return grace < 0 ? 1 : grace;
}

function finalizersAfter(resource: ResourceName, { metadata }: KubernetesObject, { propagation }: Deletion): string[] {
  const others = (metadata.finalizers ?? []).filter((name) => name !== 'orphan' && name !== 'foregroundDeletion');
  const policy = propagation ?? (resource === 'jobs' && metadata.finalizers === undefined ? 'Orphan' : undefined);
  if (policy === undefined) return metadata.finalizers ?? [];
  if (policy === 'Orphan') return [...others, 'orphan'];
  return policy === 'Foreground' ? [...others, 'foregroundDeletion'] : others;
}

function checkPreconditions(resource: ResourceName, { metadata }: KubernetesObject, { preconditions }: Deletion): void {
  const { kind, group } = kindOf(resource);
  const { uid, resourceVersion } = preconditions;
  const what = group === '' ? kind : `${kind}.${group}`;
  const refuse = (why: string): ApiFailure =>
    new ApiFailure(409, 'Conflict', `Operation cannot be fulfilled on ${what} "${metadata.name}": ${why}`, {
      name: metadata.name,
      group,
      kind,
    });
  if (uid !== undefined && uid !== metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid})`;
    throw refuse(`${why}. The object might have been deleted and then recreated`);
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion})`;
    throw refuse(`${why}. The object might have been modified`);
  }
}
