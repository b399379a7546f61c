import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClusterChoice } from './cluster/credentials.js';
import type { Config } from './config.js';
import type { DisposalStack } from './disposal.js';
import { startLocalKubernetes } from './local/kubernetes/cluster.js';
import { startLocalMongo } from './local/mongo/server.js';

/** The two outsides: a database and a cluster, each real or a stand-in that speaks the same protocol. */
export interface Ends {
  readonly mongodbUri: string;
  readonly cluster: ClusterChoice;
  /** Of the stand-in; absent when a real cluster is used. */
  readonly kubeconfigPath?: string;
}

/** Starts a stand-in for each end that the configuration does not name. What is started goes on `stack`. */
export async function openEnds(config: Config, stack: DisposalStack): Promise<Ends> {
  return { mongodbUri: await openMongo(config, stack), ...(await openCluster(config, stack)) };
}

async function openMongo(config: Config, stack: DisposalStack): Promise<string> {
  if (config.mongodbUri !== undefined) return config.mongodbUri;
  const directory = join(config.dataDirectory, 'mongo');
  mkdirSync(directory, { recursive: true });
  return stack.use(await startLocalMongo({ directory, socketPath: socketPathFor(directory) })).uri;
}

/** A Unix socket's path holds about 100 bytes, a data directory may be deeper: a private directory named by its hash. */
function socketPathFor(directory: string): string {
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  const own = join(tmpdir(), `glados-${name}`);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  chmodSync(own, 0o700);
  return join(own, 'mongo.sock');
}

async function openCluster(config: Config, stack: DisposalStack): Promise<Pick<Ends, 'cluster' | 'kubeconfigPath'>> {
  const { namespace } = config;
  if (config.cluster === 'in-cluster') return { cluster: { namespace } };
  if (config.cluster) return { cluster: { ...config.cluster, namespace } };
  const runner = fileURLToPath(new URL('./runner/main.js', import.meta.url));
  const directory = join(config.dataDirectory, 'kubernetes');
  mkdirSync(directory, { recursive: true });
  const { kubeconfigPath } = stack.use(
    await startLocalKubernetes({
      directory,
      images: { [config.runnerImage]: { entrypoint: [process.execPath, runner] } },
    }),
  );
  return { cluster: { kubeconfigPath, namespace }, kubeconfigPath };
}
