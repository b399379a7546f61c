import type { ObjectEvent, ObjectStore } from '../objects.js';
import { kinds } from '../resources.js';
import { deleteObject } from './delete.js';

/**
 * Empties namespaces that are being deleted and takes them away when they are
 * empty: each object is deleted as a client would, pods with their grace.
 *
 * Told by the store, also at the start, of what an earlier process left half done.
 */
export function endNamespaces(store: ObjectStore): Disposable {
  const settle = (name: string): void => {
    const namespace = store.get('namespaces', undefined, name);
    if (namespace?.metadata.deletionTimestamp === undefined) return;
    let left = 0;
    for (const { resource } of kinds.filter((kind) => kind.namespaced)) {
      for (const object of store.list(resource, name)) {
        const isThere = store.get(resource, name, object.metadata.name)?.metadata.uid === object.metadata.uid;
        if (isThere && object.metadata.deletionTimestamp === undefined) {
          const target = { resource, namespace: name, name: object.metadata.name };
          deleteObject(store, target, { propagation: 'Background', preconditions: {}, dryRun: false });
        }
        if (store.get(resource, name, object.metadata.name)) left += 1;
      }
    }
    const held = (namespace.metadata.finalizers ?? []).length > 0;
    if (left === 0 && !held && store.get('namespaces', undefined, name)) store.remove('namespaces', undefined, name);
  };
  const onChange = ({ resource, type, object }: ObjectEvent): void => {
    if (resource === 'namespaces') settle(object.metadata.name);
    else if (type === 'DELETED') settle(object.metadata.namespace ?? '');
  };
  const stop = store.onChange(onChange);
  for (const { metadata } of store.list('namespaces')) settle(metadata.name);
  return { [Symbol.dispose]: stop };
}
