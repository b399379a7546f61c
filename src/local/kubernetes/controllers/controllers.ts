import type { ObjectStore } from '../objects.js';
import { startEventExpiry } from './event-expiry.js';
import { startGarbageCollector } from './garbage-collector.js';
import { startJobController } from './job-controller.js';
import { createEventRecorder } from './record-event.js';
import { startQuotaController } from './quota-controller.js';
import { startTtlController } from './ttl-controller.js';

/**
 * Starts the controllers: Jobs, their time to live, garbage collection by
 * owner, the expiry of Events, and what quotas say of their use. They begin with what is stored, so a
 * restart goes on where the last life stopped.
 */
export function startControllers({ store }: { readonly store: ObjectStore }): AsyncDisposable {
  const recordEvent = createEventRecorder(store);
  const started = [
    startEventExpiry(store),
    startJobController(store, recordEvent),
    startTtlController(store),
    startQuotaController(store),
    startGarbageCollector(store),
  ];
  return {
    async [Symbol.asyncDispose]() {
      for (const controller of started.toReversed()) controller[Symbol.dispose]();
    },
  };
}
