import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { createAdministratorToken } from './administrator-token.js';
import type { Context } from './api/context.js';
import type { Check } from './api/http/health.js';
import { startHttp } from './api/http/server.js';
import { createLive } from './api/live.js';
import { createLogReader } from './api/logs/log-reader.js';
import { resolvers } from './api/resolvers.js';
import { mountRoutes } from './api/routes.js';
import { createViewerOf } from './api/viewer.js';
import { openConnection } from './cluster/connection.js';
import { createJobs } from './cluster/jobs.js';
import { createPods } from './cluster/pods.js';
import { createSharedLogs } from './cluster/shared-logs.js';
import { watchCluster } from './cluster-watch.js';
import { createCommands } from './commands/commands.js';
import { UsageError, type Config } from './config.js';
import { startControl } from './control/control.js';
import { startLogArchiver } from './control/log-archiver.js';
import { followCredentials } from './credentials.js';
import { DisposalStack } from './disposal.js';
import { openEnds } from './ends.js';
import { openLiveStores, type LiveStores } from './live-stores.js';
import { startMetrics } from './metrics.js';
import { openChangeFeed } from './store/change-feed.js';
import { createClaims } from './store/claims.js';
import { openDatabase } from './store/database.js';
import { createDeletions } from './store/deletions.js';
import { createExperiments } from './store/experiments.js';
import { createFiles } from './store/files.js';
import { createPodLogs } from './store/pod-logs.js';
import { openRunnerTokens } from './store/runner-tokens.js';
import { createTrialLogs } from './store/trial-logs.js';
import { createTrials } from './store/trials.js';

/** A whole GLADOS, running. */
export interface Lab extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly url: string;
  readonly dataDirectory: string;
  /** Where metrics are served, when they are. */
  readonly metricsUrl?: string;
  /** Of the stand-in cluster; absent when a real one is used. */
  readonly kubeconfigPath?: string;
}

/**
 * Wires every room to the next. Shutdown is start reversed; a start that fails
 * half way takes down what it had started.
 *
 * @throws UsageError, PortBusyError, and what a database or cluster says that cannot be reached
 */
export async function startLab(config: Config): Promise<Lab> {
  await using stack = new DisposalStack();
  const logger = pino({ level: config.logLevel }, pino.destination(2));
  const onError = (error: unknown) => logger.warn({ err: error }, 'goes on');
  const now = Date.now;
  const dataDirectory = openDataDirectory(config, stack);

  const ends = await openEnds({ ...config, dataDirectory }, stack);
  const database = stack.use(await openDatabase(ends.mongodbUri, config.databaseName));
  const experiments = createExperiments(database);
  const trials = createTrials(database);
  const claims = createClaims(database);
  const files = createFiles(database);
  const trialLogs = createTrialLogs(database);
  const podLogs = createPodLogs(database);
  const tokens = await openRunnerTokens(database);
  const feed = stack.use(await openChangeFeed(database, onError));

  const connection = stack.use(openConnection(ends.cluster));
  const jobs = createJobs(connection, connection.namespace);
  const pods = createPods(connection, connection.namespace);
  const live = openLiveStores({ connection, feed, experiments, trials, onError }, stack);
  const cluster = watchCluster({ connection, jobs, pods: live.pods }, stack);

  const sharedLogs = createSharedLogs(connection);
  const archiver = stack.use(
    startLogArchiver({
      shared: sharedLogs,
      podLogs,
      livePods: live.pods,
      onError: (podId, error) => logger.warn({ err: error, podId }, 'its log is archived later'),
    }),
  );

  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const jobSettings = {
    ...config.jobChoices,
    runnerImage: config.runnerImage,
    namespace: connection.namespace,
    version,
  };
  const administratorToken =
    config.administratorToken === undefined
      ? undefined
      : createAdministratorToken(config.administratorToken, config.administratorTokenPath);
  const viewerOf = createViewerOf(tokens, administratorToken);
  const shared: Omit<Context, 'viewer' | 'baseUrl'> = {
    commands: createCommands({ experiments, claims, files, trialLogs, jobSettings, now }),
    store: { experiments, trials, files, trialLogs },
    live: createLive({ ...live, stored: experiments }),
    logs: createLogReader({
      connection,
      shared: sharedLogs,
      pods: live.pods,
      archiver,
      podLogs,
      experiments,
      trials,
      trialLogs,
    }),
    cluster,
    now,
  };
  const http = stack.use(
    await startHttp<Context>({
      host: config.host,
      port: config.port,
      typeDefs: readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'),
      resolvers,
      contextFor: async ({ authorization, baseUrl }) => ({ ...shared, viewer: viewerOf(authorization), baseUrl }),
      userOf: ({ viewer }) => (viewer.kind === 'person' ? viewer.owner : viewer.experimentId),
      mount: (app) => mountRoutes(app, { files, experiments, trials, trialLogs, viewerOf, now }),
      webDirectory: fileURLToPath(new URL('../web', import.meta.url)),
      readiness: () => [
        { name: 'database', ...databaseCheck(live.experiments) },
        { name: 'jobs', ...clusterCheck(live.jobs) },
        { name: 'pods', ...clusterCheck(live.pods) },
      ],
      allowedHosts: config.allowedHosts,
      logger,
    }),
  );
  stack.use(
    followCredentials({ administratorToken, runnerTokens: tokens, checkCallers: () => http.checkCallers(), onError }),
  );
  stack.defer(() => ends.drain());
  stack.use(
    await startControl({
      experiments,
      trials,
      claims,
      deletions: createDeletions(database),
      jobs,
      pods,
      jobSettings,
      liveExperiments: live.experiments,
      liveJobs: live.jobs,
      livePods: live.pods,
      tokenFor: tokens.issue,
      apiUrl: config.apiUrl ?? `${http.url}/graphql`,
      now,
      onError: (experimentId, error) => logger.warn({ err: error, experimentId }, 'is tried again'),
    }),
  );
  const { host, metricsPort } = config;
  const metrics =
    metricsPort === undefined
      ? undefined
      : stack.use(await startMetrics({ ...live, host, port: metricsPort, version, sockets: () => http.counts(), now }));
  const started = stack.move();
  return {
    url: http.url,
    dataDirectory,
    ...(metrics && { metricsUrl: metrics.url }),
    ...(ends.kubeconfigPath === undefined ? {} : { kubeconfigPath: ends.kubeconfigPath }),
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

type Live = Pick<LiveStores['jobs'], 'synced' | 'freshness'>;

/** Nothing can be answered without the database. */
function databaseCheck({ synced, freshness: { staleSince, reason } }: Live): Omit<Check, 'name'> {
  const ready = synced && staleSince === undefined;
  return { ready, ...(ready ? {} : { reason: reason ?? 'The first list has not come yet.' }) };
}

/**
 * Without the cluster, once it was seen, a server still shows what it knows, saying how old that is, and takes what
 * runners report: to send them all away would lose more than it tells.
 */
function clusterCheck({ synced, freshness: { staleSince, reason } }: Live): Omit<Check, 'name'> {
  const isWell = synced && staleSince === undefined;
  return { ready: synced, ...(isWell ? {} : { reason: reason ?? 'The first list has not come yet.' }) };
}

/** @throws UsageError when nothing can be written there */
function openDataDirectory(config: Config, stack: DisposalStack): string {
  if (config.ephemeral) {
    const directory = mkdtempSync(join(tmpdir(), 'glados-'));
    stack.defer(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
    return directory;
  }
  try {
    mkdirSync(config.dataDirectory, { recursive: true });
    rmSync(mkdtempSync(join(config.dataDirectory, 'probe-')), { recursive: true });
    return config.dataDirectory;
  } catch (error) {
    throw new UsageError(
      `Nothing can be written to "${config.dataDirectory}" (${(error as NodeJS.ErrnoException).code}). Choose another with --data-dir, or keep nothing with --ephemeral.`,
    );
  }
}
