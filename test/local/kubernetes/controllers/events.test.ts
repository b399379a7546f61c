import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startEventExpiry } from '../../../../src/local/kubernetes/controllers/event-expiry.js';
import { createEventRecorder } from '../../../../src/local/kubernetes/controllers/record-event.js';
import { object, openBench } from './cluster-without-node.js';
import type { Bench } from './cluster-without-node.js';

describe('events', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = openBench();
    await bench.stop();
  });
  afterEach(async () => bench[Symbol.asyncDispose]());

  const happening = (message: string) => {
    const pod = bench.store.get('pods', 'default', 'pod') ?? bench.store.create('pods', object('Pod', 'pod', {}));
    return { object: pod, type: 'Normal', reason: 'Pulled', message, component: 'kubelet' } as const;
  };

  it('count what happens again, and name the object completely', () => {
    const record = createEventRecorder(bench.store);
    for (const message of ['one', 'two', 'one', 'one'])
      record({ ...happening(message), fieldPath: 'spec.containers{main}' });
    const events = bench.store.list('events', 'default');
    const counts = events.map(({ message, count }) => `${String(message)} ${String(count)}`);
    expect(counts.toSorted()).toEqual(['one 3', 'two 1']);
    expect(events[0]).toMatchObject({
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        name: 'pod',
        namespace: 'default',
        fieldPath: 'spec.containers{main}',
      },
      source: { component: 'kubelet', host: 'local' },
      reportingComponent: 'kubelet',
    });
  });

  it('are not added to a namespace that ends', () => {
    const record = createEventRecorder(bench.store);
    const about = happening('late');
    bench.store.update('namespaces', undefined, 'default', (namespace) => {
      namespace.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
      return namespace;
    });
    record(about);
    expect(bench.store.list('events')).toEqual([]);
  });

  it('are removed when they are an hour old, and the oldest when there are too many', () => {
    for (const minutes of [90, 61, 59, 30, 10, 1]) {
      bench.store.create('events', object('Event', `at-${minutes}`, { lastTimestamp: minutesAgo(minutes) }));
    }
    startEventExpiry(bench.store, 3)[Symbol.dispose]();
    expect(bench.store.list('events').map(({ metadata }) => metadata.name)).toEqual(['at-1', 'at-10', 'at-30']);
  });
});

function minutesAgo(minutes: number): string {
  return new Date(Date.now() - minutes * 60_000).toISOString();
}
