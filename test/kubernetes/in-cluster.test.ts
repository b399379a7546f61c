import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NodeSocket } from '../../src/cli/node-socket.js';
import { createClient } from '../../src/client/client.js';
import { isWhole, nodeProgram, submitted, treeWhen, uploadProgram } from '../support/experiments.js';
import { openCluster, until, type Cluster } from './cluster.js';
import { install, type Installation } from './installation.js';
import { runnerImage } from './product.js';

const serverImage = process.env['GLADOS_SERVER_IMAGE'] ?? 'localhost/glados/server:0.1.0';

let cluster: Cluster;
let installation: Installation;

beforeAll(async () => {
  cluster = openCluster();
  installation = await install(cluster);
}, 60_000);
afterAll(async () => {
  await installation?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
}, 60_000);

interface ServerPod {
  readonly status: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly { readonly state: { readonly waiting?: { readonly reason: string } } }[];
  };
}

/** The server's image as a pod that knows of the cluster what Kubernetes mounts into it; its database is the stand-in. */
function serverPod(): object {
  const env = {
    GLADOS_NAMESPACE: installation.runners,
    GLADOS_RUNNER_IMAGE: runnerImage,
    GLADOS_API_URL: 'http://$(POD_IP):7800/graphql',
    GLADOS_ALLOWED_HOSTS: '$(POD_IP)',
    GLADOS_ALLOW_ANONYMOUS: 'true',
  };
  return {
    metadata: { name: 'server' },
    spec: {
      serviceAccountName: 'glados',
      automountServiceAccountToken: true,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10_001,
        fsGroup: 10_001,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'server',
          image: serverImage,
          env: [
            { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
            ...Object.entries(env).map(([name, value]) => ({ name, value })),
          ],
          readinessProbe: { httpGet: { path: '/readyz', port: 7800 }, periodSeconds: 1 },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [
            { name: 'data', mountPath: '/data' },
            { name: 'tmp', mountPath: '/tmp' },
          ],
        },
      ],
      volumes: ['data', 'tmp'].map((name) => ({ name, emptyDir: {} })),
    },
  };
}

/** The address of the server once its pod is ready. */
async function readyServer(): Promise<string> {
  const path = `/api/v1/namespaces/${installation.namespace}/pods`;
  await cluster.create(path, serverPod());
  return until('a server that is ready', 90, async () => {
    const { status } = await cluster.get<ServerPod>(`${path}/server`);
    const waiting = status.containerStatuses?.[0]?.state.waiting?.reason;
    if (waiting === 'ErrImagePull' || waiting === 'ImagePullBackOff') {
      throw new Error(
        `The cluster has no image ${serverImage}: build deploy/docker/server.Dockerfile, or name one by GLADOS_SERVER_IMAGE.`,
      );
    }
    const isReady = status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
    return isReady ? status.podIP : undefined;
  });
}

describe('the server’s own image as a pod, without a kubeconfig', () => {
  it('runs an experiment by its ServiceAccount alone', async () => {
    const address = await readyServer();
    await using client = createClient({ url: `http://${address}:7800/graphql`, webSocket: NodeSocket });
    const id = await submitted(client, {
      name: 'in the cluster',
      program: { fileId: await uploadProgram(client, 'double.js', nodeProgram(`write({ twice: 2 * value('n') });`)) },
      parameters: [{ integer: { name: 'n', min: 1, max: 20, step: 1 } }],
      resultFile: 'results.csv',
      workers: 2,
    });
    const tree = await treeWhen(client, id, isWhole);
    expect(tree.experiment).toMatchObject({ phase: 'SUCCEEDED', counts: { total: 20, succeeded: 20 } });
    expect([...tree.pods.values()].every(({ namespace }) => namespace === installation.runners)).toBe(true);
  }, 180_000);
});
