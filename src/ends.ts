import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClusterChoice } from './cluster/credentials.js';
import { UsageError, type Config } from './config.js';
import type { DisposalStack } from './disposal.js';
import { startLocalKubernetes } from './local/kubernetes/cluster.js';
import { StartRefusal, startLocalMongo } from './local/mongo/server.js';

/** The two outsides: a database and a cluster, each real or a stand-in that speaks the same protocol. */
export interface Ends {
  readonly mongodbUri: string;
  readonly cluster: ClusterChoice;
  /** Of the stand-in; absent when a real cluster is used. */
  readonly kubeconfigPath?: string;
  /** Ends the pods of the stand-in, which end with this process, while they can still report. */
  drain(): Promise<void>;
}

/** Starts a stand-in for each end that the configuration does not name. What is started goes on `stack`. */
export async function openEnds(config: Config, stack: DisposalStack): Promise<Ends> {
  return { mongodbUri: await openMongo(config, stack), ...(await openCluster(config, stack)) };
}

/** @throws UsageError when the stand-in cannot start there, for one because another server did */
async function openMongo(config: Config, stack: DisposalStack): Promise<string> {
  if (config.mongodbUri !== undefined) return config.mongodbUri;
  const directory = join(config.dataDirectory, 'mongo');
  mkdirSync(directory, { recursive: true });
  try {
    return stack.use(await startLocalMongo({ directory, socketPath: socketPathFor(directory, stack) })).uri;
  } catch (error) {
    if (error instanceof StartRefusal) throw new UsageError(error.message);
    throw error;
  }
}

/** What the path of a Unix socket may measure everywhere. @see unix(7) */
const longestSocketPath = 100;

/** A socket in the data directory, or where that lies too deep, in a private directory named by its hash. */
function socketPathFor(directory: string, stack: DisposalStack): string {
  const inside = join(directory, 'mongo.sock');
  if (Buffer.byteLength(inside) <= longestSocketPath) return inside;
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  const own = join(tmpdir(), `glados-${name}`);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  chmodSync(own, 0o700);
  stack.defer(() => rmSync(own, { recursive: true, force: true }));
  return join(own, 'mongo.sock');
}

async function openCluster(config: Config, stack: DisposalStack): Promise<Omit<Ends, 'mongodbUri'>> {
  const { namespace } = config;
  if (config.cluster === 'in-cluster') return { cluster: { namespace }, drain: nothing };
  if (config.cluster) return { cluster: { ...config.cluster, namespace }, drain: nothing };
  const runner = fileURLToPath(new URL('./runner/main.js', import.meta.url));
  const directory = join(config.dataDirectory, 'kubernetes');
  mkdirSync(directory, { recursive: true });
  const local = stack.use(
    await startLocalKubernetes({
      directory,
      images: { [config.runnerImage]: { entrypoint: [process.execPath, runner] } },
      ...(config.programPath === undefined ? {} : { path: config.programPath }),
    }),
  );
  const { kubeconfigPath } = local;
  return { cluster: { kubeconfigPath, namespace }, kubeconfigPath, drain: () => local.drain() };
}

/** A real cluster's pods outlive this process. */
async function nothing(): Promise<void> {}
