import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openCluster, type Cluster } from './cluster.js';
import { install, type Installation } from './installation.js';

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

/** What the cluster says to "may the server do this?". */
async function may(verb: string, resource: string, namespace: string): Promise<boolean> {
  const [name = '', subresource] = resource.split('/');
  const group = name === 'jobs' ? 'batch' : '';
  const { status } = await cluster.create<{ status: { allowed: boolean } }>(
    '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: `system:serviceaccount:${installation.namespace}:glados`,
        resourceAttributes: { verb, group, resource: name, namespace, ...(subresource && { subresource }) },
      },
    },
  );
  return status.allowed;
}

const verbs = ['create', 'get', 'list', 'watch', 'patch', 'update', 'delete', 'deletecollection'];

describe('the Role of deploy/kubernetes', () => {
  it('gives the server in the runner namespace what it uses and nothing more', async () => {
    const allowed: Record<string, string[]> = {};
    for (const resource of ['jobs', 'pods', 'pods/log', 'pods/exec', 'events', 'secrets', 'configmaps']) {
      allowed[resource] = [];
      for (const verb of verbs) if (await may(verb, resource, installation.runners)) allowed[resource].push(verb);
    }
    expect(allowed).toEqual({
      jobs: ['create', 'get', 'list', 'watch', 'patch', 'delete'],
      pods: ['get', 'list', 'watch', 'delete'],
      'pods/log': ['get'],
      'pods/exec': [],
      events: ['list', 'watch'],
      secrets: ['create', 'patch', 'delete'],
      configmaps: [],
    });
  });

  it('gives it nothing in any other namespace', async () => {
    for (const namespace of [installation.namespace, 'default', 'kube-system']) {
      expect([await may('list', 'pods', namespace), await may('create', 'jobs', namespace)]).toEqual([false, false]);
      expect(await may('get', 'secrets', namespace)).toBe(false);
    }
  });

  it('lies beside namespaces that refuse a pod which Pod Security restricted does not allow', async () => {
    const spec = { containers: [{ name: 'main', image: 'any' }] };
    for (const namespace of [installation.namespace, installation.runners]) {
      const answer = await cluster.ask('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, {
        metadata: { name: 'loose' },
        spec,
      });
      const message = expect.stringContaining('violates PodSecurity "restricted');
      expect(answer).toMatchObject({ status: 403, body: { message } });
    }
  });
});
