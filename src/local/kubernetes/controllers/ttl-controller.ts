import type { ObjectStore } from '../objects.js';
import { requestDeletion } from './deletion.js';
import { conditionOf } from './job.js';
import type { Job } from './job.js';
import { createKeyQueue } from './key-queue.js';

/** Deletes Jobs, their pods first, when `ttlSecondsAfterFinished` have passed since they completed or failed. */
export function startTtlController(store: ObjectStore): Disposable {
  const queue = createKeyQueue(look);

  function look(key: string): void {
    const [namespace, name = ''] = key.split('/');
    const job = store.get('jobs', namespace, name) as Job | undefined;
    const end = job && (conditionOf(job, 'Complete') ?? conditionOf(job, 'Failed'));
    if (!end || job.spec.ttlSecondsAfterFinished === undefined) return;
    const left = Date.parse(end.lastTransitionTime) + job.spec.ttlSecondsAfterFinished * 1000 - Date.now();
    if (left > 0) queue.addAfter(key, left);
    else requestDeletion(store, 'jobs', job, 'Foreground');
  }

  const noticed = ({ namespace, name }: { namespace?: string; name: string }): void =>
    queue.add(`${namespace}/${name}`);
  for (const { metadata } of store.list('jobs')) noticed(metadata);
  const stopListening = store.onChange(({ resource, object }) => {
    if (resource === 'jobs') noticed(object.metadata);
  });
  return {
    [Symbol.dispose]() {
      stopListening();
      queue[Symbol.dispose]();
    },
  };
}
