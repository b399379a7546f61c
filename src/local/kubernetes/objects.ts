/** Kubernetes' ObjectMeta, as far as this API server keeps it. Times are RFC 3339, UTC, whole seconds. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  generation?: number;
  generateName?: string;
  creationTimestamp: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Any stored object. Kinds narrow `spec` and `status` where they need to. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** The plural resource names that this cluster knows, as they stand in a URL. */
export type ResourceName =
  | 'pods'
  | 'jobs'
  | 'secrets'
  | 'configmaps'
  | 'events'
  | 'namespaces'
  | 'leases'
  | 'resourcequotas'
  | 'limitranges';

/** One change of one object. `version` is its resourceVersion as a number; versions grow by at least one per change over all resources. */
export interface ObjectEvent {
  readonly version: number;
  readonly resource: ResourceName;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** For DELETED: the last state, with the resourceVersion of the deletion. */
  readonly object: KubernetesObject;
  /** The state before; absent for ADDED. Lets a watch with a selector tell an object that left the selection. */
  readonly previous?: KubernetesObject;
}

/**
 * Where the cluster's objects live. Synchronous on purpose: one process, one
 * writer, and a controller that reads and writes between two awaits needs no
 * lock. Objects handed out are the caller's own (deep copies or frozen).
 */
export interface ObjectStore {
  get(resource: ResourceName, namespace: string | undefined, name: string): KubernetesObject | undefined;
  /** In name order, as etcd lists. */
  list(resource: ResourceName, namespace?: string): KubernetesObject[];
  /** Fills uid (one that is set is kept: a Job's selector needs it beforehand), creationTimestamp, resourceVersion, generation. @throws ApiFailure 409 AlreadyExists */
  create(resource: ResourceName, object: KubernetesObject): KubernetesObject;
  /**
   * Replaces an object with `change(current)`; returning the same content writes nothing and makes no event.
   * @throws ApiFailure 404 NotFound; 409 Conflict when `expectedVersion` is given and is not the current one
   */
  update(
    resource: ResourceName,
    namespace: string | undefined,
    name: string,
    change: (current: KubernetesObject) => KubernetesObject,
    expectedVersion?: string,
  ): KubernetesObject;
  /** Takes the object away for good (finalizers and grace are the caller's business). @throws ApiFailure 404 */
  remove(resource: ResourceName, namespace: string | undefined, name: string): KubernetesObject;
  /** Changes after `version` in order, or 'expired' when the history does not reach back so far. */
  since(version: number): readonly ObjectEvent[] | 'expired';
  /** The newest version written. */
  version(): number;
  /** Called synchronously after each change was stored. A listener must not throw. */
  onChange(listener: (event: ObjectEvent) => void): () => void;
}
