import { createPodParser } from '../../../src/cluster/pod-parser.js';
import type { RawPod } from '../../../src/cluster/raw-pod.js';
import { SinkFeed } from '../../../src/cluster/sink-feed.js';
import { toPod } from '../../../src/cluster/to-pod.js';
import type { Pod } from '../../../src/model/pod.js';
import { createLiveStore } from '../../../src/stream/live-store.js';
import { makePod } from './pods.js';

/** MB per round. */
export interface Heaps {
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
}

const [, , podsText = '', roundsText = ''] = process.argv;
const bytesOf = (index: number): Buffer => Buffer.from(JSON.stringify(makePod(index, 1000 + index)));

/** What `build` returns is alive while the heap is read. */
function heapOf(build: () => object): number {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const kept = build();
  globalThis.gc?.();
  const used = process.memoryUsage().heapUsed - before;
  Reflect.set(globalThis, 'kept', kept);
  Reflect.deleteProperty(globalThis, 'kept');
  return used / 1e6;
}

const decode = (raw: object) => {
  const object = toPod(raw as RawPod);
  return { key: object.id, object };
};

/** The feed and the store behind it, after a first list and one event for each pod. */
function ours(): object {
  const parser = createPodParser();
  const store = createLiveStore<Pod>();
  const feed = new SinkFeed<Pod>({ decode, sink: (change) => store.apply(change) }, Date.now);
  for (let round = 0; round < 2; round += 1) {
    for (let index = 0; index < Number(podsText); index += 1) {
      const decoded = feed.decode(parser.object(bytesOf(index)) as RawPod);
      if (decoded) feed.put(decoded, String(1000 + index));
    }
  }
  return { store, feed };
}

function theirs(): object {
  const kept = new Map<string, object>();
  for (let index = 0; index < Number(podsText); index += 1) {
    const pod = JSON.parse(bytesOf(index).toString()) as RawPod;
    kept.set(String(pod.metadata?.name), pod);
  }
  return kept;
}

const heaps = { ours: [] as number[], theirs: [] as number[] };
for (let round = 0; round < Number(roundsText); round += 1) {
  heaps.ours.push(heapOf(ours));
  heaps.theirs.push(heapOf(theirs));
}
process.send?.(heaps);
