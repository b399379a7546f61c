import { KubeConfig, Watch } from '@kubernetes/client-node';
import { openConnection } from '../../../src/cluster/connection.js';
import type { RawPod } from '../../../src/cluster/raw-pod.js';
import { startReflector } from '../../../src/cluster/reflector.js';
import { toPod } from '../../../src/cluster/to-pod.js';

/** Microseconds of CPU per event, and events that did not come. */
interface Cost {
  readonly user: number;
  readonly system: number;
  readonly lost: number;
}

export interface WatchCosts {
  readonly ours: readonly Cost[];
  readonly theirs: readonly Cost[];
}

const [, , kubeconfigPath = '', eventsText = '', roundsText = ''] = process.argv;
const events = Number(eventsText);
const path = `/api/v1/namespaces/stream-${events}/pods`;
const connection = openConnection({ kubeconfigPath });
const config = new KubeConfig();
config.loadFromFile(kubeconfigPath);

async function costOf(run: () => Promise<number>): Promise<Cost> {
  globalThis.gc?.();
  const before = process.cpuUsage();
  const seen = await run();
  const { user, system } = process.cpuUsage(before);
  return { user: user / events, system: system / events, lost: events - seen };
}

async function ours(): Promise<number> {
  let seen = 0;
  await new Promise<void>((resolve, reject) => {
    const reflector = startReflector({
      connection,
      path,
      decode: (raw) => {
        const object = toPod(raw as RawPod);
        return { key: object.id, object };
      },
      sink: ({ type }) => {
        if (type === 'put') seen += 1;
        if (seen === events) reflector[Symbol.asyncDispose]().then(resolve, reject);
      },
      onError: reject,
    });
  });
  return seen;
}

async function theirs(): Promise<number> {
  let seen = 0;
  await new Promise<void>((resolve, reject) => {
    const done = (error: unknown): void => (error ? reject(error) : resolve());
    new Watch(config).watch(path, {}, () => void (seen += 1), done).catch(reject);
  });
  return seen;
}

const costs = { ours: [] as Cost[], theirs: [] as Cost[] };
for (let round = -1; round < Number(roundsText); round += 1) {
  const pair = [await costOf(ours), await costOf(theirs)] as const;
  if (round < 0) continue;
  costs.ours.push(pair[0]);
  costs.theirs.push(pair[1]);
}
await connection[Symbol.asyncDispose]();
process.send?.(costs);
