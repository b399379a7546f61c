import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openConnection } from '../../src/cluster/connection.js';
import { DisposalStack } from '../../src/disposal.js';
import { openLiveStores, type LiveStores } from '../../src/live-stores.js';
import { startLocalKubernetes } from '../../src/local/kubernetes/cluster.js';
import { startLocalMongo } from '../../src/local/mongo/server.js';
import type { Freshness } from '../../src/model/change.js';
import { openChangeFeed } from '../../src/store/change-feed.js';
import { openDatabase } from '../../src/store/database.js';
import { createExperiments } from '../../src/store/experiments.js';
import { createTrials } from '../../src/store/trials.js';
import { startFreezingProxy, type FreezingProxy } from '../support/freezing-proxy.js';
import { temporaryDirectory } from '../support/server-process.js';

const ignore = () => undefined;
const stack = new DisposalStack();
let live: LiveStores;
let proxies: readonly FreezingProxy[];

beforeAll(async () => {
  const directory = temporaryDirectory();
  stack.defer(() => directory[Symbol.dispose]());
  const at = (name: string): string => join(directory.path, name);
  const mongo = stack.use(await startLocalMongo({ directory: directory.path, socketPath: at('mongo.sock') }));
  const cluster = stack.use(await startLocalKubernetes({ directory: directory.path, images: {} }));
  const { port } = new URL(cluster.url);
  const toMongo = stack.use(await startFreezingProxy({ path: at('proxy.sock') }, { path: at('mongo.sock') }));
  const toCluster = stack.use(
    await startFreezingProxy({ port: 0, host: '127.0.0.1' }, { port: Number(port), host: '127.0.0.1' }),
  );
  proxies = [toMongo, toCluster];
  const kubeconfigPath = at('proxied');
  writeFileSync(kubeconfigPath, readFileSync(cluster.kubeconfigPath, 'utf8').replace(`:${port}`, `:${toCluster.port}`));

  // How soon the driver gives up its sockets; what is told meanwhile does not depend on it.
  const soon = '&connectTimeoutMS=2000&heartbeatFrequencyMS=1000';
  const database = stack.use(await openDatabase(mongo.uri.replace('mongo.sock', 'proxy.sock') + soon));
  const connection = stack.use(openConnection({ kubeconfigPath, namespace: 'glados-runners' }));
  const feed = stack.use(await openChangeFeed(database, ignore));
  const experiments = createExperiments(database);
  live = openLiveStores({ connection, feed, experiments, trials: createTrials(database), onError: ignore }, stack);
  await Promise.all([live.jobs.whenSynced(), live.pods.whenSynced(), live.experiments.whenSynced()]);
});
afterAll(async () => {
  for (const proxy of proxies) proxy.thaw();
  await stack[Symbol.asyncDispose]();
}, 60_000);

/** Resolves with the freshness of each store once that is as wanted. */
function freshnessWhen(wanted: (freshness: Freshness) => boolean): Promise<Freshness[]> {
  return Promise.all(
    [live.experiments, live.jobs, live.pods].map(
      (store) =>
        new Promise<Freshness>((resolve) => {
          const look = (freshness: Freshness): void => {
            if (!wanted(freshness)) return;
            stop();
            resolve(freshness);
          };
          const stop = store.onFreshness(look);
          queueMicrotask(() => look(store.freshness));
        }),
    ),
  );
}

it('tells within 15 s that a database or a cluster fell silent on open sockets, and that it is back', async () => {
  await freshnessWhen(({ staleSince }) => staleSince === undefined);
  const before = Date.now();
  for (const proxy of proxies) proxy.freeze();
  const stale = await freshnessWhen(({ staleSince }) => staleSince !== undefined);
  for (const { staleSince = 0, asOf } of stale) {
    expect(staleSince - before).toBeLessThan(15_000);
    expect(before - asOf).toBeLessThan(15_000);
  }
  const thawed = Date.now();
  for (const proxy of proxies) proxy.thaw();
  const fresh = await freshnessWhen(({ staleSince, asOf }) => staleSince === undefined && asOf >= thawed);
  expect(fresh).toHaveLength(3);
}, 90_000);
