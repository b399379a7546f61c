import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiBody, TestCluster } from './open-cluster.js';

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

const resourcesOf = ({ body }: { body: ApiBody }): Resource[] => body['resources'] as Resource[];

interface Index {
  readonly paths: Readonly<Record<string, { readonly serverRelativeURL: string }>>;
}

/** What any Kubernetes API must tell about itself. */
export function itTellsWhatItIs(open: () => Promise<TestCluster>): void {
  describe('discovery', () => {
    let cluster: TestCluster;
    let request: TestCluster['request'];
    beforeAll(async () => {
      cluster = await open();
      request = cluster.request;
    });
    afterAll(async () => cluster[Symbol.asyncDispose]());

    it('lists groups and versions', async () => {
      expect((await request('GET', '/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
      const { body } = await request('GET', '/apis');
      const groups = (body['groups'] as { name: string; preferredVersion: { version: string } }[]).map(
        ({ name, preferredVersion }) => `${name}/${preferredVersion.version}`,
      );
      expect(groups).toEqual(expect.arrayContaining(['batch/v1', 'coordination.k8s.io/v1']));
    });

    it('lists the resources of a version with their verbs', async () => {
      const core = resourcesOf(await request('GET', '/api/v1'));
      const names = ['configmaps', 'events', 'namespaces', 'pods', 'pods/log', 'pods/status', 'secrets'];
      expect(core.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
      const batch = resourcesOf(await request('GET', '/apis/batch/v1'));
      const jobs = batch.find(({ name }) => name === 'jobs');
      expect(jobs).toMatchObject({ kind: 'Job', namespaced: true });
      const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
      expect([...(jobs?.verbs ?? [])].sort()).toEqual(verbs);
      expect(batch.map(({ name }) => name)).toContain('jobs/status');
    });

    it('tells everything at once to those who ask', async () => {
      const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
      const { body } = await request('GET', '/apis', undefined, { accept });
      expect(body.kind).toBe('APIGroupDiscoveryList');
      expect(body.items.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(['batch']));
    });

    it('is alive and ready, and has a version', async () => {
      for (const path of ['/livez', '/readyz', '/healthz']) expect((await request('GET', path)).text).toBe('ok');
      expect((await request('GET', '/version')).body).toMatchObject({
        major: '1',
        minor: expect.stringMatching(/^\d+/u),
      });
    });

    it('describes the fields of its kinds', async () => {
      const index = JSON.parse((await request('GET', '/openapi/v3')).text) as Index;
      const { body: batch } = await request('GET', index.paths['apis/batch/v1']?.serverRelativeURL ?? '');
      const patch = Object.entries(
        batch['paths'] as Record<string, { patch?: { parameters: { name: string }[] } }>,
      ).find(([path]) => path === '/apis/batch/v1/namespaces/{namespace}/jobs/{name}');
      expect(patch?.[1].patch?.parameters.map(({ name }) => name)).toContain('fieldValidation');
    });

    it('tells its user what he may do', async () => {
      const resourceAttributes = { verb: 'create', group: 'batch', resource: 'jobs', namespace: cluster.namespace };
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      const { status, body } = await request('POST', path, { spec: { resourceAttributes } });
      expect(status).toBe(201);
      expect(body).toMatchObject({
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
        status: { allowed: true },
      });
    });

    it('refuses who is nobody', async () => {
      const { status, body } = await cluster.requestAsStranger('/api/v1/pods');
      expect({ status, reason: body.reason }).toEqual({ status: 401, reason: 'Unauthorized' });
    });

    it('answers 404 for a group that it has not', async () => {
      expect((await request('GET', '/apis/example.com/v1/things')).status).toBe(404);
    });
  });
}
