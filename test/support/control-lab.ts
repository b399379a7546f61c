import { openConnection, type ClusterConnection } from '../../src/cluster/connection.js';
import type { JobChoices } from '../../src/cluster/job-settings.js';
import { createJobs, type Jobs } from '../../src/cluster/jobs.js';
import { createPods } from '../../src/cluster/pods.js';
import { startControl } from '../../src/control/control.js';
import type { Controller } from '../../src/control/controller.js';
import type { ExperimentReconcilerNeeds } from '../../src/control/experiment-reconciler.js';
import { DisposalStack } from '../../src/disposal.js';
import { openLiveStores, type LiveStores } from '../../src/live-stores.js';
import { startLocalKubernetes, type LocalKubernetes } from '../../src/local/kubernetes/cluster.js';
import type { Experiment } from '../../src/model/experiment.js';
import { countsFor } from '../../src/model/transitions.js';
import { openChangeFeed } from '../../src/store/change-feed.js';
import { createClaims, type Claims } from '../../src/store/claims.js';
import { createDeletions } from '../../src/store/deletions.js';
import { createExperiments, type Experiments } from '../../src/store/experiments.js';
import { createTrials, type Trials } from '../../src/store/trials.js';
import { experimentOf } from '../model/experiments.js';
import { openTestDatabase } from './database.js';
import { freePort } from './free-port.js';
import { temporaryDirectory } from './server-process.js';

export const namespace = 'glados-runners';

/** A store, a cluster and the live stores between them: all that control works with. */
export interface ControlLab extends AsyncDisposable {
  readonly directory: string;
  readonly connection: ClusterConnection;
  readonly experiments: Experiments;
  readonly trials: Trials;
  readonly claims: Claims;
  readonly jobs: Jobs;
  readonly live: LiveStores;
  /** What a reconciler is made of; `connection` may be another one. */
  needs(through?: ClusterConnection): ExperimentReconcilerNeeds;
  /** Follows everything that happens from now on. */
  start(): Promise<Controller>;
  /** Takes the cluster away, and gives back what starts it again where it was. */
  stopCluster(): Promise<() => Promise<void>>;
  add(id: string, changes?: Partial<Experiment>): Promise<Experiment>;
}

/** What fails here is tried again, and a test that needs it waits for the outcome. */
const ignore = () => undefined;

/**
 * Pods run a shell line in the place of a runner: it waits for the file
 * `exit-TOKEN` in the lab's directory, then exits with the code that it holds.
 */
export async function openControlLab(settings: JobChoices = {}): Promise<ControlLab> {
  const stack = new DisposalStack();
  const directory = temporaryDirectory();
  stack.defer(() => directory[Symbol.dispose]());
  const file = `${directory.path}/exit-$GLADOS_TOKEN`;
  const script = `until [ -e ${file} ]; do sleep 0.05; done; exit $(cat ${file})`;
  const images = { waiting: { entrypoint: ['/bin/sh', '-c', script] } };
  const startCluster = (port: number): Promise<LocalKubernetes> =>
    startLocalKubernetes({ directory: directory.path, images, graceScale: 0.02, port });

  const database = stack.use(await openTestDatabase());
  let cluster = await startCluster(await freePort());
  stack.defer(() => cluster[Symbol.asyncDispose]());
  const connection = stack.use(openConnection({ kubeconfigPath: cluster.kubeconfigPath, namespace }));
  const experiments = createExperiments(database);
  const trials = createTrials(database);
  const claims = createClaims(database);
  const feed = stack.use(await openChangeFeed(database, ignore));
  const live = openLiveStores({ connection, feed, experiments, trials, onError: ignore }, stack);
  await Promise.all([live.jobs.whenSynced(), live.pods.whenSynced(), live.experiments.whenSynced()]);

  const needs = (through = connection): ExperimentReconcilerNeeds => ({
    experiments,
    trials,
    claims,
    deletions: createDeletions(database),
    jobs: createJobs(through, namespace),
    pods: createPods(through, namespace),
    jobSettings: { runnerImage: 'waiting', namespace, ...settings },
    liveJobs: live.jobs,
    livePods: live.pods,
    tokenFor: (id) => `token-${id}`,
    apiUrl: 'http://127.0.0.1:1/graphql',
    now: Date.now,
  });

  return {
    directory: directory.path,
    connection,
    experiments,
    trials,
    claims,
    jobs: createJobs(connection, namespace),
    live,
    needs,
    start: async () =>
      stack.use(await startControl({ ...needs(), liveExperiments: live.experiments, onError: ignore })),
    async stopCluster() {
      const port = Number(new URL(cluster.url).port);
      await cluster[Symbol.asyncDispose]();
      return async () => {
        cluster = await startCluster(port);
      };
    },
    add: (id, changes = {}) =>
      experiments.add({
        experiment: { ...experimentOf({ counts: countsFor(5) }), ...changes, id },
        owner: 'local',
        submissionHash: '',
      }),
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}
