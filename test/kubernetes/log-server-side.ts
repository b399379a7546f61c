import { createLogReader, type LogReader } from '../../src/api/logs/log-reader.js';
import { openConnection } from '../../src/cluster/connection.js';
import { createSharedLogs } from '../../src/cluster/shared-logs.js';
import { startLogArchiver } from '../../src/control/log-archiver.js';
import { DisposalStack } from '../../src/disposal.js';
import { openLiveStores } from '../../src/live-stores.js';
import type { Pod } from '../../src/model/pod.js';
import { openChangeFeed } from '../../src/store/change-feed.js';
import type { Database } from '../../src/store/database.js';
import { createExperiments } from '../../src/store/experiments.js';
import { createPodLogs, type PodLogs } from '../../src/store/pod-logs.js';
import { createTrialLogs } from '../../src/store/trial-logs.js';
import { createTrials } from '../../src/store/trials.js';
import type { LiveStore } from '../../src/stream/live-store.js';

export interface LogServerSide extends AsyncDisposable {
  readonly reader: LogReader;
  readonly pods: LiveStore<Pod>;
  readonly podLogs: PodLogs;
}

/** What fails is tried again by who reads. */
const ignore = (): void => undefined;

/** All of a server that has to do with logs; of two on one database each is a replica. */
export async function startLogServerSide(
  database: Database,
  cluster: { readonly kubeconfigPath: string; readonly namespace: string },
): Promise<LogServerSide> {
  await using stack = new DisposalStack();
  const connection = stack.use(openConnection(cluster));
  const experiments = createExperiments(database);
  const trials = createTrials(database);
  const podLogs = createPodLogs(database);
  const feed = stack.use(await openChangeFeed(database, ignore));
  const { pods } = openLiveStores({ connection, feed, experiments, trials, onError: ignore }, stack);
  await pods.whenSynced();
  const shared = createSharedLogs(connection);
  const archiver = stack.use(startLogArchiver({ shared, podLogs, livePods: pods, onError: ignore }));
  const trialLogs = createTrialLogs(database);
  const reader = createLogReader({ connection, shared, pods, archiver, podLogs, experiments, trials, trialLogs });
  const started = stack.move();
  return { reader, pods, podLogs, [Symbol.asyncDispose]: () => started[Symbol.asyncDispose]() };
}
