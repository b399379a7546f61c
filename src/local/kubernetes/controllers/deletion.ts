import { deleteObject, removeWhenFinished } from '../api/delete.js';
import type { KubernetesObject, ObjectStore, ResourceName } from '../objects.js';

export type Propagation = 'Foreground' | 'Background' | 'Orphan';

/** Asks for the end of exactly this object, as a client's DELETE does. Nothing happens when it is gone or ending already. */
export function requestDeletion(
  store: ObjectStore,
  resource: ResourceName,
  object: KubernetesObject,
  propagation: Propagation = 'Background',
): void {
  const { namespace, name, uid } = object.metadata;
  const current = store.get(resource, namespace, name);
  if (current?.metadata.uid !== uid || current.metadata.deletionTimestamp !== undefined) return;
  deleteObject(store, { resource, namespace, name }, { propagation, preconditions: {}, dryRun: false });
}

/** Takes a finalizer off exactly this object, and the object away if that was the last thing that held it. */
export function releaseFinalizer(
  store: ObjectStore,
  resource: ResourceName,
  object: KubernetesObject,
  finalizer: string,
): void {
  const { namespace, name, uid } = object.metadata;
  const current = store.get(resource, namespace, name);
  if (current?.metadata.uid !== uid || !current.metadata.finalizers?.includes(finalizer)) return;
  const released = store.update(resource, namespace, name, (changed) => {
    const left = changed.metadata.finalizers?.filter((candidate) => candidate !== finalizer) ?? [];
    if (left.length > 0) changed.metadata.finalizers = left;
    else delete changed.metadata.finalizers;
    return changed;
  });
  // A listener may have removed it while it was being changed.
  if (store.get(resource, namespace, name)?.metadata.uid === uid) removeWhenFinished(store, resource, released);
}
