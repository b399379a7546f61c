import type { KubernetesObject, ObjectStore, ResourceName } from '../objects.js';
import { kinds } from '../resources.js';
import { releaseFinalizer, requestDeletion } from './deletion.js';
import { createKeyQueue } from './key-queue.js';

interface Place {
  readonly resource: ResourceName;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string;
}

const ownedKinds = new Set(kinds.map(({ kind }) => kind));

/**
 * Follows ownerReferences: deletes what lost its last owner (background),
 * empties an owner that waits for its dependents (foreground), and frees the
 * dependents of one that leaves them behind (orphan).
 *
 * References to kinds this cluster does not know are left alone.
 *
 * @see https://kubernetes.io/docs/concepts/architecture/garbage-collection/
 */
export function startGarbageCollector(store: ObjectStore): Disposable {
  const places = new Map<string, Place>();
  const dependents = new Map<string, Set<string>>();
  const queue = createKeyQueue(look);

  function noticed(resource: ResourceName, object: KubernetesObject, isGone: boolean): void {
    const { uid, namespace, name, ownerReferences = [] } = object.metadata;
    if (resource === 'events') return;
    if (isGone) places.delete(uid);
    else places.set(uid, { resource, namespace, name, uid });
    for (const { uid: owner } of ownerReferences) {
      const known = dependents.get(owner) ?? new Set();
      dependents.set(owner, known);
      if (isGone) known.delete(uid);
      else known.add(uid);
      if (isGone) queue.add(owner);
    }
    if (isGone) for (const dependent of dependents.get(uid) ?? []) queue.add(dependent);
    else if (ownerReferences.length > 0 || object.metadata.deletionTimestamp !== undefined) queue.add(uid);
    if (isGone) dependents.delete(uid);
  }

  function current(uid: string): { readonly place: Place; readonly object: KubernetesObject } | undefined {
    const place = places.get(uid);
    const object = place && store.get(place.resource, place.namespace, place.name);
    return place && object?.metadata.uid === uid ? { place, object } : undefined;
  }

  function look(uid: string): void {
    const found = current(uid);
    if (!found) return;
    const { place, object } = found;
    const { deletionTimestamp, finalizers = [], ownerReferences = [] } = object.metadata;
    if (deletionTimestamp !== undefined && finalizers.includes('orphan')) {
      for (const dependent of dependentsOf(uid)) dropOwners(dependent.place, new Set([uid]));
      releaseFinalizer(store, place.resource, object, 'orphan');
    } else if (deletionTimestamp !== undefined && finalizers.includes('foregroundDeletion')) {
      emptyOwner(found);
    } else if (deletionTimestamp === undefined) {
      followOwners(found, ownerReferences);
    }
  }

  function dependentsOf(uid: string): { readonly place: Place; readonly object: KubernetesObject }[] {
    return [...(dependents.get(uid) ?? [])]
      .map(current)
      .filter((found) => found !== undefined)
      .filter(({ object }) => object.metadata.ownerReferences?.some((reference) => reference.uid === uid));
  }

  function emptyOwner({ place, object }: { readonly place: Place; readonly object: KubernetesObject }): void {
    for (const dependent of dependentsOf(place.uid)) queue.add(dependent.place.uid);
    const blocking = dependentsOf(place.uid).filter(({ object: dependent }) =>
      dependent.metadata.ownerReferences?.some(
        ({ uid, blockOwnerDeletion }) => uid === place.uid && blockOwnerDeletion,
      ),
    );
    if (blocking.length === 0) releaseFinalizer(store, place.resource, object, 'foregroundDeletion');
  }

  function followOwners(
    { place, object }: { readonly place: Place; readonly object: KubernetesObject },
    references: NonNullable<KubernetesObject['metadata']['ownerReferences']>,
  ): void {
    const known = references.filter(({ kind }) => ownedKinds.has(kind));
    if (known.length === 0) return;
    const gone = known.filter(({ uid }) => !current(uid));
    const ending = known.filter(({ uid }) => current(uid)?.object.metadata.finalizers?.includes('foregroundDeletion'));
    const isUnowned = gone.length + ending.length === references.length;
    if (isUnowned) {
      const hasDependents = dependentsOf(place.uid).length > 0;
      requestDeletion(store, place.resource, object, ending.length > 0 && hasDependents ? 'Foreground' : 'Background');
    } else if (gone.length + ending.length > 0) {
      dropOwners(place, new Set([...gone, ...ending].map(({ uid }) => uid)));
    }
  }

  function dropOwners({ resource, namespace, name }: Place, owners: ReadonlySet<string>): void {
    store.update(resource, namespace, name, (changed) => {
      const left = changed.metadata.ownerReferences?.filter(({ uid }) => !owners.has(uid)) ?? [];
      if (left.length > 0) changed.metadata.ownerReferences = left;
      else delete changed.metadata.ownerReferences;
      return changed;
    });
    for (const owner of owners) queue.add(owner);
  }

  for (const { resource } of kinds) for (const object of store.list(resource)) noticed(resource, object, false);
  const stopListening = store.onChange(({ resource, object, type }) => noticed(resource, object, type === 'DELETED'));
  return {
    [Symbol.dispose]() {
      stopListening();
      queue[Symbol.dispose]();
    },
  };
}
