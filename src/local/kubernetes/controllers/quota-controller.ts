import { isDeepStrictEqual } from 'node:util';
import { quotaStatus } from '../admission/quota.js';
import type { ObjectStore } from '../objects.js';
import { createKeyQueue } from './key-queue.js';

/** Keeps `status.hard` and `status.used` of the ResourceQuotas, a turn behind the changes. Admission does not wait for it. */
export function startQuotaController(store: ObjectStore): Disposable {
  const queue = createKeyQueue((namespace) => {
    for (const quota of store.list('resourcequotas', namespace)) {
      const status = quotaStatus(store, quota);
      if (isDeepStrictEqual(quota['status'], status)) continue;
      store.update('resourcequotas', namespace, quota.metadata.name, (current) => ({ ...current, status }));
    }
  });
  /** Namespaces with quotas: the others cost nothing. */
  const limited = new Map<string, number>();
  const count = (namespace: string, by: 1 | -1): void => {
    const left = (limited.get(namespace) ?? 0) + by;
    if (left > 0) limited.set(namespace, left);
    else limited.delete(namespace);
  };
  for (const { metadata } of store.list('resourcequotas')) {
    count(metadata.namespace ?? '', 1);
    queue.add(metadata.namespace ?? '');
  }
  const stopListening = store.onChange(({ resource, type, object }) => {
    const { namespace } = object.metadata;
    if (namespace === undefined || resource === 'events') return;
    if (resource === 'resourcequotas' && type === 'ADDED') count(namespace, 1);
    if (resource === 'resourcequotas' && type === 'DELETED') count(namespace, -1);
    if (limited.has(namespace)) queue.add(namespace);
  });
  return {
    [Symbol.dispose]() {
      stopListening();
      queue[Symbol.dispose]();
    },
  };
}
