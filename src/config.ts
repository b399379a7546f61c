import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AdministratorTokenError, readAdministratorToken } from './administrator-token.js';
import { isLoopback } from './api/http/guard.js';
import type { JobChoices } from './cluster/job-settings.js';
import { JobSettingsError, readJobSettings } from './job-settings-file.js';

/** Everything that a user or an operator may choose. The only reader of the environment. */
export interface Config {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Where the stand-ins keep what they know; ignored as far as a real end is named. */
  readonly dataDirectory: string;
  /** The data directory is a temporary one and goes when the server stops. */
  readonly ephemeral: boolean;
  /** A real MongoDB in the place of the stand-in. */
  readonly mongodbUri?: string;
  readonly databaseName: string;
  /** A real cluster in the place of the stand-in; `in-cluster` takes the pod's own service account. */
  readonly cluster?: { readonly kubeconfigPath: string } | 'in-cluster';
  readonly namespace: string;
  readonly runnerImage: string;
  /** What the operator set about Jobs and their pods. */
  readonly jobChoices: JobChoices;
  /** Where pods reach this API, when that is not where it listens: the GraphQL address. */
  readonly apiUrl?: string;
  /** Names under which this server answers beside loopback ones. */
  readonly allowedHosts: readonly string[];
  /** What people have to show; without it whoever reaches the address may do everything. */
  readonly administratorToken?: string;
  /** Where that stands, when it came from a file: it is read again while the server runs. */
  readonly administratorTokenPath?: string;
  /** Where metrics are served, when they are; 0 picks a free port. */
  readonly metricsPort?: number;
  readonly logLevel: string;
  /** Where pods of the stand-in look for python3 and other programs: the user's own PATH. */
  readonly programPath?: string;
}

/** The user asked for something that cannot be; the message is all there is to say. */
export class UsageError extends Error {}

export const usage = `Usage: npm start -- [options]

  --port N          port to listen on; 0 picks a free one (default 7800)
  --host ADDRESS    address to listen on (default 127.0.0.1)
  --data-dir DIR    where experiments and files are kept (default .glados)
  --ephemeral       keep nothing: a temporary directory that goes at the end
  --help            this text

Environment
  MONGODB_URI           use this MongoDB (a replica set) instead of the local stand-in
  KUBECONFIG            use this cluster instead of the local stand-in; inside a pod its own is used
  GLADOS_NAMESPACE      namespace for Jobs (default glados-runners)
  GLADOS_RUNNER_IMAGE   image of the runner (default glados/runner:0.1.0)
  GLADOS_JOB_SETTINGS   a YAML or JSON file with settings of Jobs and their pods, see docs/kubernetes.md
  GLADOS_API_URL        where pods reach this API, e.g. http://10.0.0.1:7800/graphql
  GLADOS_ALLOWED_HOSTS  further host names to answer to, with commas between
  GLADOS_ADMIN_TOKEN_FILE   a file with the token that people have to send; or GLADOS_ADMIN_TOKEN, the token itself
  GLADOS_ALLOW_ANONYMOUS    true: listen beyond this machine without a token
  GLADOS_DATABASE       name of the database (default glados)
  GLADOS_METRICS_PORT   serve /metrics for Prometheus on this port too, without a token
  GLADOS_LOG_LEVEL      trace, debug, info, warn, error or silent (default warn)
`;

/** @throws UsageError */
export function readConfig(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Config | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const port = portOf('--port', values.port ?? '7800');
  if (values.ephemeral && values['data-dir'] !== undefined) {
    throw new UsageError('--ephemeral keeps nothing, --data-dir says where to keep it: give one of them.');
  }
  const cluster = clusterOf(env);
  const host = values.host ?? '127.0.0.1';
  const administratorToken = tokenOf(env, host);
  return {
    host,
    port,
    dataDirectory: resolve(values['data-dir'] ?? '.glados'),
    ephemeral: values.ephemeral ?? false,
    ...(env.MONGODB_URI ? { mongodbUri: env.MONGODB_URI } : {}),
    databaseName: env.GLADOS_DATABASE ?? 'glados',
    ...(cluster ? { cluster } : {}),
    namespace: env.GLADOS_NAMESPACE ?? 'glados-runners',
    runnerImage: env.GLADOS_RUNNER_IMAGE ?? 'glados/runner:0.1.0',
    jobChoices: jobChoicesOf(env.GLADOS_JOB_SETTINGS),
    ...(env.GLADOS_API_URL ? { apiUrl: env.GLADOS_API_URL } : {}),
    allowedHosts: (env.GLADOS_ALLOWED_HOSTS ?? '').split(',').filter(Boolean),
    ...(administratorToken === undefined ? {} : { administratorToken }),
    ...(env.GLADOS_ADMIN_TOKEN_FILE ? { administratorTokenPath: env.GLADOS_ADMIN_TOKEN_FILE } : {}),
    ...(env.GLADOS_METRICS_PORT ? { metricsPort: portOf('GLADOS_METRICS_PORT', env.GLADOS_METRICS_PORT) } : {}),
    logLevel: env.GLADOS_LOG_LEVEL ?? 'warn',
    ...(env.PATH ? { programPath: env.PATH } : {}),
  };
}

function parse(args: readonly string[]) {
  const options = {
    port: { type: 'string' },
    host: { type: 'string' },
    'data-dir': { type: 'string' },
    ephemeral: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}. See npm start -- --help.`);
  }
}

function portOf(name: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`${name} is a number from 0 to 65535; "${text}" is none.`);
}

function jobChoicesOf(path: string | undefined): JobChoices {
  try {
    return path ? readJobSettings(path) : {};
  } catch (error) {
    if (error instanceof JobSettingsError) throw new UsageError(`GLADOS_JOB_SETTINGS=${path}: ${error.message}`);
    throw error;
  }
}

/** Nobody opens a server to a network without saying so. */
function tokenOf(env: NodeJS.ProcessEnv, host: string): string | undefined {
  try {
    const token = readAdministratorToken({ token: env.GLADOS_ADMIN_TOKEN, path: env.GLADOS_ADMIN_TOKEN_FILE });
    if (token !== undefined || isLoopback(host) || env.GLADOS_ALLOW_ANONYMOUS === 'true') return token;
  } catch (error) {
    if (error instanceof AdministratorTokenError) throw new UsageError(error.message);
    throw error;
  }
  throw new UsageError(
    `--host ${host} can be reached from other machines, and without a token whoever reaches it may do everything. ` +
      'Name a token with GLADOS_ADMIN_TOKEN_FILE, or allow it with GLADOS_ALLOW_ANONYMOUS=true.',
  );
}

function clusterOf(env: NodeJS.ProcessEnv): Config['cluster'] {
  if (env.KUBECONFIG) {
    if (!existsSync(env.KUBECONFIG)) {
      throw new UsageError(`KUBECONFIG names "${env.KUBECONFIG}", and there is no such file.`);
    }
    return { kubeconfigPath: env.KUBECONFIG };
  }
  const account = '/var/run/secrets/kubernetes.io/serviceaccount';
  return env.KUBERNETES_SERVICE_HOST && existsSync(join(account, 'token')) ? 'in-cluster' : undefined;
}

/** Which database the tools work on. @throws UsageError when none is named */
export function readDatabasePlace(env: NodeJS.ProcessEnv = process.env): { uri: string; name: string } {
  if (!env.MONGODB_URI) throw new UsageError('MONGODB_URI names no MongoDB: set it, as for the server.');
  return { uri: env.MONGODB_URI, name: env.GLADOS_DATABASE ?? 'glados' };
}
