import { KubeConfig, Watch } from '@kubernetes/client-node';
import { openConnection } from '../../../src/cluster/connection.js';
import { createPodParser } from '../../../src/cluster/pod-parser.js';
import type { RawPod } from '../../../src/cluster/raw-pod.js';
import { startReflector } from '../../../src/cluster/reflector.js';
import { toPod } from '../../../src/cluster/to-pod.js';
import { watchOnce } from '../../../src/cluster/watch-once.js';

/** Microseconds of CPU per event, of all threads, and events that did not come. */
interface Cost {
  readonly user: number;
  readonly system: number;
  readonly lost: number;
}

/** What happens to each event: it is decoded; it is also trimmed, shared, compared and told on; or it is client-node's. */
export type Way = 'decoding' | 'reflector' | 'client-node';
export type WatchCosts = Readonly<Record<Way, readonly Cost[]>>;

const [, , kubeconfigPath = '', eventsText = '', roundsText = ''] = process.argv;
const events = Number(eventsText);
const path = `/api/v1/namespaces/stream-${events}/pods`;
const connection = openConnection({ kubeconfigPath });
const parser = createPodParser();
const config = new KubeConfig();
config.loadFromFile(kubeconfigPath);

async function decoding(): Promise<number> {
  let seen = 0;
  await watchOnce({
    connection,
    path,
    query: {},
    parser,
    signal: new AbortController().signal,
    silenceMs: 60_000,
    deadlineMs: 60_000,
    onOpen: () => undefined,
    onEvent({ object }) {
      if ((object as RawPod).status?.containerStatuses?.length === 2) seen += 1;
    },
  });
  return seen;
}

async function reflector(): Promise<number> {
  let seen = 0;
  await new Promise<void>((resolve, reject) => {
    const running = startReflector({
      connection,
      path,
      parser,
      decode: (raw) => {
        const object = toPod(raw as RawPod);
        return { key: object.id, object };
      },
      sink: ({ type }) => {
        if (type === 'put') seen += 1;
        if (seen === events) running[Symbol.asyncDispose]().then(resolve, reject);
      },
      onError: reject,
    });
  });
  return seen;
}

async function clientNode(): Promise<number> {
  let seen = 0;
  await new Promise<void>((resolve, reject) => {
    const done = (error: unknown): void => (error ? reject(error) : resolve());
    new Watch(config).watch(path, {}, () => void (seen += 1), done).catch(reject);
  });
  return seen;
}

async function costOf(run: () => Promise<number>): Promise<Cost> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  const seen = await run();
  const { user, system } = process.cpuUsage(before);
  return { user: user / events, system: system / events, lost: events - seen };
}

const ways = { decoding, reflector, 'client-node': clientNode };
const costs: Record<Way, Cost[]> = { decoding: [], reflector: [], 'client-node': [] };
for (let round = -1; round < Number(roundsText); round += 1) {
  for (const way of Object.keys(ways) as Way[]) {
    const cost = await costOf(ways[way]);
    if (round >= 0) costs[way].push(cost);
  }
}
await connection[Symbol.asyncDispose]();
process.send?.(costs);
