import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configMap, job, jsonPatch, mergePatch, pathOf, pod, strategicPatch } from './examples.js';
import type { TestCluster } from './open-cluster.js';

/** What any Kubernetes API must do with single objects. */
export function itKeepsObjects(open: () => Promise<TestCluster>): void {
  describe('objects', () => {
    let cluster: TestCluster;
    let request: TestCluster['request'];
    let maps = '';
    beforeAll(async () => {
      cluster = await open();
      request = cluster.request;
      maps = pathOf(cluster, 'configmaps');
    });
    afterAll(async () => cluster[Symbol.asyncDispose]());

    it('gives a new object uid, version and time, and finds it again', async () => {
      const created = await request('POST', maps, configMap('fresh', { text: 'grüße 🚀' }));
      expect(created.status).toBe(201);
      expect(created.body.metadata.uid).toMatch(/^[0-9a-f-]{36}$/u);
      expect(created.body.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/u);
      const found = await request('GET', `${maps}/fresh`);
      expect(found.status).toBe(200);
      expect(found.body.data).toEqual({ text: 'grüße 🚀' });
      expect(found.body.metadata.resourceVersion).toBe(created.body.metadata.resourceVersion);
    });

    it('refuses a name that is taken with 409 AlreadyExists', async () => {
      await request('POST', maps, configMap('taken'));
      const again = await request('POST', maps, configMap('taken'));
      expect(again).toMatchObject({
        status: 409,
        body: { reason: 'AlreadyExists', details: { name: 'taken', kind: 'configmaps' } },
      });
    });

    it('completes a generated name', async () => {
      const { body } = await request('POST', maps, { metadata: { generateName: 'made-' } });
      expect(body.metadata.name).toMatch(/^made-[a-z0-9]{5}$/u);
    });

    it('answers 404 for an object, a namespace and a resource that are not there', async () => {
      expect(await request('GET', `${maps}/nobody`)).toMatchObject({
        status: 404,
        body: { kind: 'Status', status: 'Failure', reason: 'NotFound', message: 'configmaps "nobody" not found' },
      });
      const nowhere = await request('POST', '/api/v1/namespaces/nowhere-at-all/configmaps', configMap('a'));
      expect(nowhere).toMatchObject({ status: 404, body: { message: 'namespaces "nowhere-at-all" not found' } });
      expect((await request('GET', pathOf(cluster, 'trombones'))).status).toBe(404);
    });

    it('refuses to overwrite a newer version with 409 Conflict, and keeps it', async () => {
      const { body: first } = await request('POST', maps, configMap('contested', { by: 'nobody' }));
      const second = await request('PUT', `${maps}/contested`, { ...first, data: { by: 'second' } });
      expect(second.status).toBe(200);
      const late = await request('PUT', `${maps}/contested`, { ...first, data: { by: 'late' } });
      expect(late).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
      expect((await request('GET', `${maps}/contested`)).body.data).toEqual({ by: 'second' });
    });

    it('lets one of two racing writers win when both name the version', async () => {
      const { body: first } = await request('POST', maps, configMap('raced'));
      const racers = ['a', 'b', 'c', 'd'].map((by) => request('PUT', `${maps}/raced`, { ...first, data: { by } }));
      const codes = (await Promise.all(racers)).map(({ status }) => status);
      expect(codes.sort()).toEqual([200, 409, 409, 409]);
    });

    it('does not raise the version for an update that changes nothing', async () => {
      const { body: first } = await request('POST', maps, configMap('still', { a: 'b' }));
      const { body: same } = await request('PUT', `${maps}/still`, first);
      expect(same.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    });

    it('merges, removes and replaces with a merge patch', async () => {
      await request('POST', maps, configMap('merged', { keep: '1', drop: '2' }));
      const { body } = await request('PATCH', `${maps}/merged`, { data: { drop: null, add: '3' } }, mergePatch);
      expect(body.data).toEqual({ keep: '1', add: '3' });
    });

    it('applies a JSON patch as a whole or not at all', async () => {
      await request('POST', maps, configMap('tested', { a: '1' }));
      const refused = await request(
        'PATCH',
        `${maps}/tested`,
        [
          { op: 'add', path: '/data/b', value: '2' },
          { op: 'test', path: '/data/a', value: 'other' },
        ],
        jsonPatch,
      );
      expect(refused.status).toBe(422);
      const accepted = await request(
        'PATCH',
        `${maps}/tested`,
        [{ op: 'replace', path: '/data/a', value: '9' }],
        jsonPatch,
      );
      expect(accepted.body.data).toEqual({ a: '9' });
    });

    it('joins containers by name in a strategic merge patch', async () => {
      const jobs = pathOf(cluster, 'jobs');
      await request('POST', jobs, job('joined', cluster));
      const template = { spec: { containers: [{ name: 'main', env: [{ name: 'A', value: '1' }] }] } };
      const dry = await request(
        'PATCH',
        `${jobs}/joined?dryRun=All`,
        { metadata: { labels: { a: 'b' } } },
        strategicPatch,
      );
      expect(dry.body.metadata.labels).toMatchObject({ a: 'b', 'job-name': 'joined' });
      const refused = await request('PATCH', `${jobs}/joined`, { spec: { template } }, strategicPatch);
      expect(refused.body.details.causes.map(({ field }) => field)).toEqual(['spec.template.spec']);
      expect(refused.text).toContain('field is immutable');
    });

    it('refuses a patch of an unknown kind with 415, and one that makes no object with 422', async () => {
      await request('POST', maps, configMap('patched'));
      expect((await request('PATCH', `${maps}/patched`, {})).status).toBe(415);
      expect((await request('PATCH', `${maps}/patched`, { data: { a: 1 } }, mergePatch)).status).toBe(422);
      const late = { metadata: { resourceVersion: '1' }, data: { a: '1' } };
      expect((await request('PATCH', `${maps}/patched`, late, mergePatch)).status).toBe(409);
    });

    it('keeps an object with finalizers until the last one is taken away', async () => {
      const held = { metadata: { name: 'held', finalizers: ['example.com/hold'] } };
      await request('POST', maps, held);
      await request('DELETE', `${maps}/held`);
      const marked = await request('GET', `${maps}/held`);
      expect(marked.body.metadata.deletionTimestamp).toMatch(/Z$/u);
      await request('PATCH', `${maps}/held`, { metadata: { finalizers: null } }, mergePatch);
      expect((await request('GET', `${maps}/held`)).status).toBe(404);
    });

    it('deletes only what the preconditions mean', async () => {
      const { body } = await request('POST', maps, configMap('precious'));
      const other = { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } };
      expect((await request('DELETE', `${maps}/precious`, other)).status).toBe(409);
      const gone = await request('DELETE', `${maps}/precious`, { preconditions: { uid: body.metadata.uid } });
      expect(gone).toMatchObject({ status: 200, body: { kind: 'Status', status: 'Success' } });
      expect((await request('DELETE', `${maps}/precious`)).status).toBe(404);
    });

    it('stores nothing of a dry run', async () => {
      expect((await request('POST', `${maps}?dryRun=All`, configMap('rehearsed'))).status).toBe(201);
      expect((await request('GET', `${maps}/rehearsed`)).status).toBe(404);
      await request('POST', maps, configMap('kept'));
      expect((await request('DELETE', `${maps}/kept?dryRun=All`)).status).toBe(200);
      expect((await request('GET', `${maps}/kept`)).status).toBe(200);
    });

    it('folds the texts of a secret into its data', async () => {
      const secret = { metadata: { name: 'folded' }, stringData: { token: 'a:b' } };
      const { body } = await request('POST', pathOf(cluster, 'secrets'), secret);
      expect(body).toMatchObject({ type: 'Opaque', data: { token: Buffer.from('a:b').toString('base64') } });
      expect(body).not.toHaveProperty('stringData');
    });

    it('keeps status and spec apart', async () => {
      const pods = pathOf(cluster, 'pods');
      const { body: made } = await request('POST', pods, { ...pod('parted', cluster), status: { phase: 'Failed' } });
      expect(made.status['phase']).toBe('Pending');
      const patch = { status: { message: 'from outside' }, spec: { activeDeadlineSeconds: 5 } };
      const { body } = await request('PATCH', `${pods}/parted/status`, patch, mergePatch);
      expect(body.status['message']).toBe('from outside');
      expect(body.spec).not.toHaveProperty('activeDeadlineSeconds');
      expect(body.metadata.generation).toBe(1);
      const { body: wanted } = await request('PATCH', `${pods}/parted`, patch, mergePatch);
      expect(wanted.spec['activeDeadlineSeconds']).toBe(5);
      expect(wanted.metadata.generation).toBe(2);
    });

    it('empties and removes a namespace, and takes nothing new meanwhile', async () => {
      const name = `${cluster.namespace}-end`;
      await request('POST', '/api/v1/namespaces', { metadata: { name } });
      const inside = `/api/v1/namespaces/${name}/configmaps`;
      await request('POST', inside, { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
      await request('POST', inside, configMap('loose'));
      const { body } = await request('DELETE', `/api/v1/namespaces/${name}`);
      expect(body.status['phase']).toBe('Terminating');
      const from = body.metadata.resourceVersion;
      const refused = await request('POST', inside, configMap('late'));
      expect(refused).toMatchObject({ status: 403, body: { reason: 'Forbidden' } });
      const watch = cluster.watch(
        `/api/v1/namespaces?watch=1&fieldSelector=metadata.name%3D${name}&resourceVersion=${from}&timeoutSeconds=25`,
      );
      await request('PATCH', `${inside}/held`, { metadata: { finalizers: null } }, mergePatch);
      for await (const { type } of watch) if (type === 'DELETED') break;
      expect((await request('GET', `/api/v1/namespaces/${name}`)).status).toBe(404);
      expect((await request('GET', inside)).body.items).toEqual([]);
    });
  });
}
