import { ApiFailure } from '../api-failure.js';
import type { ObjectStore } from '../objects.js';
import type { Pod } from './pod.js';

export type PodIdentity = { readonly namespace: string; readonly name: string; readonly uid: string };

export function identityOf(pod: Pod): PodIdentity {
  return { namespace: pod.metadata.namespace ?? '', name: pod.metadata.name, uid: pod.metadata.uid };
}

/** The pod as it is stored now; undefined when it is gone or another one took its name. */
export function currentPod(store: ObjectStore, { namespace, name, uid }: PodIdentity): Pod | undefined {
  const pod = store.get('pods', namespace, name) as Pod | undefined;
  return pod?.metadata.uid === uid ? pod : undefined;
}

/** Changes exactly this pod: nothing happens when it is gone or another one took its name. */
export function writePod(store: ObjectStore, identity: PodIdentity, change: (pod: Pod) => Pod): Pod | undefined {
  if (!currentPod(store, identity)) return undefined;
  return store.update('pods', identity.namespace, identity.name, (pod) => change(pod as Pod)) as Pod;
}

/**
 * What a kubelet's DELETE with grace 0 does when everything of the pod has
 * stopped: the object goes, or, while finalizers hold it, is marked so that
 * whoever takes the last one away removes it.
 */
export function removePod(store: ObjectStore, identity: PodIdentity): void {
  const pod = currentPod(store, identity);
  if (!pod) return;
  try {
    const marked = store.update('pods', identity.namespace, identity.name, (current) => {
      current.metadata.deletionGracePeriodSeconds = 0;
      return current;
    });
    if (!marked.metadata.finalizers?.length) store.remove('pods', identity.namespace, identity.name);
  } catch (error) {
    // A listener may have removed it in between; that is the wanted end.
    if (!(error instanceof ApiFailure && error.code === 404)) throw error;
  }
}
