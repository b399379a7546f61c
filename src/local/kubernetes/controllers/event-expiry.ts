import type { KubernetesObject, ObjectStore } from '../objects.js';

const keptMilliseconds = 3_600_000;
const sweepMilliseconds = 60_000;

/** Removes Events an hour after they last happened, as the API server does, and the oldest when there are too many. */
export function startEventExpiry(store: ObjectStore, mostEvents = 5000): Disposable {
  let count = 0;
  let turn: NodeJS.Immediate | undefined;

  function sweep(): void {
    turn = undefined;
    const events = store.list('events').toSorted((a, b) => lastTime(a) - lastTime(b));
    const surplus = events.length - mostEvents;
    const oldest = Date.now() - keptMilliseconds;
    const expired = events.filter((event, position) => position < surplus || lastTime(event) < oldest);
    for (const { metadata } of expired) store.remove('events', metadata.namespace, metadata.name);
    count = events.length - expired.length;
  }

  const stopListening = store.onChange(({ resource, type }) => {
    if (resource !== 'events' || type !== 'ADDED') return;
    count += 1;
    if (count > mostEvents * 1.1) turn ??= setImmediate(sweep);
  });
  sweep();
  const timer = setInterval(sweep, sweepMilliseconds);
  return {
    [Symbol.dispose]() {
      stopListening();
      clearInterval(timer);
      clearImmediate(turn);
    },
  };
}

function lastTime(event: KubernetesObject): number {
  return Date.parse(String(event['lastTimestamp'] ?? event['eventTime'] ?? event.metadata.creationTimestamp)) || 0;
}
