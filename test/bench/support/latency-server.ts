import { KubeConfig, Watch } from '@kubernetes/client-node';
import { openConnection } from '../../../src/cluster/connection.js';
import { createPodParser } from '../../../src/cluster/pod-parser.js';
import type { RawPod } from '../../../src/cluster/raw-pod.js';
import { startReflector } from '../../../src/cluster/reflector.js';
import { toPod } from '../../../src/cluster/to-pod.js';
import type { Pod } from '../../../src/model/pod.js';
import { createLiveStore } from '../../../src/stream/live-store.js';
import { startGraphqlWs } from './fan-peers.js';
import { startProduct } from './fan-product.js';
import type { Fan } from './fan-product.js';

/** From a watch to subscribers: our reflector and server, or client-node's Watch and graphql-ws. */
const [, , variant, kubeconfigPath = ''] = process.argv;
const path = '/api/v1/namespaces/bench/pods';
const decode = (raw: object) => {
  const object = toPod(raw as RawPod);
  return { key: object.id, object };
};

async function ours(): Promise<Fan> {
  const pods = createLiveStore<Pod>();
  const connection = openConnection({ kubeconfigPath });
  startReflector<Pod>({ connection, path, parser: createPodParser(), decode, sink: (change) => pods.apply(change) });
  await pods.whenSynced();
  pods.setFreshness({ asOf: Date.now() });
  return startProduct('pods', pods);
}

async function theirs(): Promise<Fan> {
  const fan = await startGraphqlWs('pods');
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  await new Watch(config).watch(path, {}, (_type, raw: object) => fan.publishPod?.(decode(raw).object), ended);
  return fan;
}

function ended(error: unknown): void {
  process.stderr.write(`the watch ended: ${String(error)}\n`);
}

const fan = await (variant === 'ours' ? ours() : theirs());
process.on('message', () => process.send?.({ subscribers: fan.subscribers() }));
process.on('disconnect', () => process.exit(0));
process.send?.({ port: fan.port });
