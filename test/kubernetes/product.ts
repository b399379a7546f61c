import { createServer, type AddressInfo } from 'node:net';
import type { GladosClient } from '../../src/client/client.js';
import { openDatabase } from '../../src/store/database.js';
import { startServer } from '../support/server-process.js';
import { until, type Cluster } from './cluster.js';
import type { Installation } from './installation.js';

export const runnerImage = process.env['GLADOS_RUNNER_IMAGE'] ?? 'localhost/glados/runner:0.1.0';
/** An image with a shell and without Node. */
export const plainImage = process.env['CONTRACT_IMAGE'] ?? 'localhost/debian:bookworm-slim';
const apiHost = process.env['GLADOS_API_HOST'] ?? '10.244.0.1';

/** A server under the rights of an installation, on a database of its own that goes with it. */
export interface Product extends AsyncDisposable {
  readonly client: GladosClient;
  /** What it logged. */
  readonly stderr: string;
}

/**
 * Starts the product as a process of this machine, under the ServiceAccount of
 * the installation, with MONGODB_URI or the local stand-in, and makes sure that
 * pods reach it.
 *
 * @throws Error in one sentence about what the cluster lacks
 */
export async function startProduct(
  cluster: Cluster,
  installation: Installation,
  environment: Readonly<Record<string, string>> = {},
): Promise<Product> {
  const port = await freePort();
  const mongodbUri = process.env['MONGODB_URI'];
  // One for each product: two on one database would make each other's Jobs.
  const database = `${installation.namespace}-${port}`;
  const server = await startServer(['--ephemeral', '--host', '0.0.0.0'], port, {
    KUBECONFIG: installation.kubeconfigPath,
    GLADOS_NAMESPACE: installation.runners,
    GLADOS_RUNNER_IMAGE: runnerImage,
    GLADOS_API_URL: `http://${apiHost}:${port}/graphql`,
    GLADOS_ALLOWED_HOSTS: apiHost,
    GLADOS_ALLOW_ANONYMOUS: 'true',
    ...(mongodbUri === undefined ? {} : { MONGODB_URI: mongodbUri, GLADOS_DATABASE: database }),
    ...environment,
  });
  const end = async (): Promise<void> => {
    await server[Symbol.asyncDispose]();
    if (mongodbUri !== undefined) await dropDatabase(mongodbUri, database);
  };
  try {
    await assertPodsReach(cluster, installation.runners, `http://${apiHost}:${port}/livez`);
    return {
      client: server.client,
      get stderr() {
        return server.stderr;
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

interface ProbePod {
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly { readonly state: { readonly waiting?: { readonly reason: string } } }[];
  };
}

async function assertPodsReach(cluster: Cluster, namespace: string, url: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  await cluster.create(path, probePod(url));
  const ended = await until('the end of a pod that asks for the API', 60, async () => {
    const { status } = await cluster.get<ProbePod>(`${path}/probe`);
    const reason = status.containerStatuses?.[0]?.state.waiting?.reason;
    if (reason === 'ErrImagePull' || reason === 'ImagePullBackOff') return 'no image';
    return status.phase === 'Succeeded' || status.phase === 'Failed' ? status.phase : undefined;
  });
  await cluster.ask('DELETE', `${path}/probe`, { gracePeriodSeconds: 0 });
  if (ended === 'no image') {
    throw new Error(
      `The cluster has no image ${runnerImage}: build deploy/docker/runner.Dockerfile, or name one by GLADOS_RUNNER_IMAGE.`,
    );
  }
  if (ended === 'Failed') {
    throw new Error(`Pods cannot reach ${url}: name this machine as they see it by GLADOS_API_HOST.`);
  }
}

function probePod(url: string): object {
  const script = 'fetch(process.argv[1]).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))';
  return {
    metadata: { name: 'probe' },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'probe',
          image: runnerImage,
          command: ['node', '-e', script, url],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}

async function dropDatabase(uri: string, name: string): Promise<void> {
  await using database = await openDatabase(uri, name);
  await database.db.dropDatabase();
}

/** One that was free a moment ago: pods are told the address before the server has it. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
