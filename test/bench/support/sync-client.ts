import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { createPodParser } from '../../../src/cluster/pod-parser.js';
import { openConnection } from '../../../src/cluster/connection.js';
import type { RawPod } from '../../../src/cluster/raw-pod.js';
import { startReflector } from '../../../src/cluster/reflector.js';
import { toPod } from '../../../src/cluster/to-pod.js';
import type { Pod } from '../../../src/model/pod.js';
import { createLiveStore } from '../../../src/stream/live-store.js';

export interface SyncCost {
  readonly seconds: number;
  /** CPU, seconds. */
  readonly user: number;
  readonly system: number;
  /** Peak above what it was before. */
  readonly rssMb: number;
  readonly blockMs: number;
  readonly size: number;
}

const [, , kubeconfigPath = '', way = ''] = process.argv;

/** Syncs and gives the number of pods held. */
async function reflect(firstSync: 'pages' | 'watchList'): Promise<number> {
  const store = createLiveStore<Pod>();
  await using connection = openConnection({ kubeconfigPath });
  await using _reflector = startReflector<Pod>({
    connection,
    path: '/api/v1/namespaces/bench/pods',
    parser: createPodParser(),
    decode: (raw) => {
      const object = toPod(raw as RawPod);
      return { key: object.id, object };
    },
    sink: (change) => store.apply(change),
    firstSync,
  });
  await store.whenSynced();
  return store.size;
}

async function theirList(): Promise<number> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const { items } = await config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: 'bench' });
  return new Map(items.map((pod) => [pod.metadata?.uid, pod])).size;
}

globalThis.gc?.();
const rssBefore = process.memoryUsage.rss();
let peak = rssBefore;
let blockMs = 0;
let last = performance.now();
const beat = setInterval(() => {
  const now = performance.now();
  blockMs = Math.max(blockMs, now - last - 5);
  last = now;
  peak = Math.max(peak, process.memoryUsage.rss());
}, 5);
const started = performance.now();
const cpu = process.cpuUsage();
const size = await (way === 'client-node' ? theirList() : reflect(way as 'pages'));
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(cpu);
// The kernel's own peak sees what happens while the loop is blocked.
peak = Math.max(peak, process.resourceUsage().maxRSS * 1024);
await new Promise((resolve) => void setTimeout(resolve, 20));
clearInterval(beat);
process.send?.({ seconds, user: user / 1e6, system: system / 1e6, rssMb: (peak - rssBefore) / 1e6, blockMs, size });
