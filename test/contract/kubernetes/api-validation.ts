import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configMap, job, mergePatch, pathOf, pod } from './examples.js';
import type { ApiBody, TestCluster } from './open-cluster.js';

const fieldsOf = ({ details }: ApiBody): string[] => details.causes.map(({ field }) => field);

/** One field of a protobuf message, shorter than 128 bytes. */
const field = (number: number, content: Buffer | string): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, Buffer.byteLength(content)]), Buffer.from(content)]);

/** What any Kubernetes API must refuse, and how it completes what it takes. */
export function itChecksObjects(open: () => Promise<TestCluster>): void {
  describe('checks and defaults', () => {
    let cluster: TestCluster;
    let request: TestCluster['request'];
    beforeAll(async () => {
      cluster = await open();
      request = cluster.request;
    });
    afterAll(async () => cluster[Symbol.asyncDispose]());

    it('names every field that is wrong in a 422', async () => {
      const wrong = { metadata: { name: 'Not_a_name' }, spec: { containers: [] } };
      const { status, body } = await request('POST', pathOf(cluster, 'pods'), wrong);
      expect(status).toBe(422);
      expect(body.reason).toBe('Invalid');
      expect(fieldsOf(body)).toEqual(expect.arrayContaining(['metadata.name', 'spec.containers']));
    });

    it('refuses a Job that restarts always, counts below nothing, or is indexed without a count', async () => {
      const jobs = pathOf(cluster, 'jobs');
      const template = { spec: { restartPolicy: 'Always', containers: [{ name: 'main' }] } };
      const one = await request('POST', jobs, job('wrong', cluster, { completions: -1, parallelism: -1, template }));
      expect(one.status).toBe(422);
      expect(fieldsOf(one.body)).toEqual([
        'spec.parallelism',
        'spec.completions',
        'spec.template.spec.containers[0].image',
        'spec.template.spec.restartPolicy',
      ]);
      const two = await request('POST', jobs, job('wrong', cluster, { completionMode: 'Indexed', parallelism: 2 }));
      expect(fieldsOf(two.body)).toEqual(['spec.completions']);
    });

    it('refuses labels that are none', async () => {
      const { status, body } = await request(
        'POST',
        pathOf(cluster, 'configmaps'),
        configMap('labelled', {}, { 'a b': 'c d' }),
      );
      expect(status).toBe(422);
      expect(fieldsOf(body)).toEqual(['metadata.labels', 'metadata.labels']);
    });

    it('drops an unknown field with a warning, or refuses it when asked to be strict', async () => {
      const odd = { ...configMap('odd'), colour: 'red' };
      const lenient = await request('POST', pathOf(cluster, 'configmaps'), odd);
      expect(lenient.status).toBe(201);
      expect(lenient.headers['warning']).toBe('299 - "unknown field \\"colour\\""');
      expect(lenient.body).not.toHaveProperty('colour');
      const strict = await request('POST', `${pathOf(cluster, 'configmaps')}?fieldValidation=Strict`, odd);
      expect(strict).toMatchObject({ status: 400, body: { reason: 'BadRequest' } });
      expect(strict.body.message).toContain('unknown field "colour"');
    });

    it('refuses what is no JSON, of a wrong type, another kind or another namespace with 400', async () => {
      const maps = pathOf(cluster, 'configmaps');
      const bodies = ['{bad', '[]', '', '{"data":{"a":1}}', '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}'];
      for (const body of [...bodies, '{"metadata":{"name":"a","namespace":"elsewhere"}}']) {
        const { status } = await request('POST', maps, body);
        expect({ body, status }).toEqual({ body, status: 400 });
      }
    });

    it('refuses other media types with 415, other methods with 405, too much with 413', async () => {
      const maps = pathOf(cluster, 'configmaps');
      expect((await request('POST', maps, 'x', { 'content-type': 'text/plain' })).status).toBe(415);
      expect((await request('POST', `${maps}/any`, configMap('any'))).status).toBe(405);
      expect((await request('DELETE', '/api/v1/namespaces')).status).toBe(405);
      const large = configMap('large', { text: 'x'.repeat(3 * 1024 * 1024) });
      expect((await request('POST', maps, large)).status).toBe(413);
    });

    it('takes an object in protobuf, as kubectl create sends it', async () => {
      const type = Buffer.concat([field(1, 'v1'), field(2, 'ConfigMap')]);
      const entry = Buffer.concat([field(1, 'key'), field(2, 'grüße')]);
      const object = Buffer.concat([field(1, field(1, 'binary')), field(2, entry)]);
      const bytes = Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, object)]);
      const headers = { 'content-type': 'application/vnd.kubernetes.protobuf', accept: 'application/json' };
      const { status, body } = await request('POST', pathOf(cluster, 'configmaps'), bytes, headers);
      expect(status).toBe(201);
      expect(body).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'binary' }, data: { key: 'grüße' } });
      const broken = await request('POST', pathOf(cluster, 'configmaps'), bytes.subarray(0, -3), headers);
      expect(broken.status).toBe(400);
    });

    it('completes a Job, its selector and the labels of its pods', async () => {
      const { body } = await request('POST', pathOf(cluster, 'jobs'), job('complete', cluster));
      const { uid } = body.metadata;
      expect(body.spec).toMatchObject({
        parallelism: 1,
        completions: 1,
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        manualSelector: false,
        podReplacementPolicy: 'TerminatingOrFailed',
        selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
        template: {
          metadata: {
            labels: {
              'batch.kubernetes.io/controller-uid': uid,
              'controller-uid': uid,
              'batch.kubernetes.io/job-name': 'complete',
              'job-name': 'complete',
            },
          },
          spec: {
            dnsPolicy: 'ClusterFirst',
            terminationGracePeriodSeconds: 30,
            schedulerName: 'default-scheduler',
            containers: [{ imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log' }],
          },
        },
      });
      const perIndex = { completionMode: 'Indexed', completions: 3, backoffLimitPerIndex: 1 };
      const indexed = await request('POST', pathOf(cluster, 'jobs'), job('per-index', cluster, perIndex));
      expect(indexed.body.spec).toMatchObject({ parallelism: 1, backoffLimit: 2_147_483_647 });
    });

    it('completes a pod', async () => {
      const { body } = await request('POST', pathOf(cluster, 'pods'), {
        metadata: { name: 'complete' },
        spec: {
          containers: [{ name: 'main', image: `${cluster.image}`, resources: { limits: { cpu: '1', memory: '1Gi' } } }],
        },
      });
      expect(body.spec).toMatchObject({
        restartPolicy: 'Always',
        enableServiceLinks: true,
        containers: [{ resources: { requests: { cpu: '1', memory: '1Gi' } } }],
      });
      expect(body.status).toMatchObject({ phase: 'Pending', qosClass: 'Guaranteed' });
    });

    it('lets an indexed Job change its size as a whole only', async () => {
      const jobs = pathOf(cluster, 'jobs');
      await request(
        'POST',
        jobs,
        job('elastic', cluster, { completionMode: 'Indexed', completions: 2, parallelism: 2 }),
      );
      const alone = await request('PATCH', `${jobs}/elastic`, { spec: { completions: 3 } }, mergePatch);
      expect(alone.status).toBe(422);
      expect(fieldsOf(alone.body)).toEqual(['spec.completions']);
      const both = await request('PATCH', `${jobs}/elastic`, { spec: { completions: 3, parallelism: 3 } }, mergePatch);
      expect(both).toMatchObject({
        status: 200,
        body: { spec: { completions: 3, parallelism: 3 }, metadata: { generation: 2 } },
      });
    });

    it('keeps selector and template of a Job, and most of a pod, as they were', async () => {
      await request('POST', pathOf(cluster, 'jobs'), job('fixed', cluster));
      const spec = { selector: { matchLabels: { a: 'b' } } };
      const selector = await request('PATCH', `${pathOf(cluster, 'jobs')}/fixed`, { spec }, mergePatch);
      expect(selector.status).toBe(422);
      expect(fieldsOf(selector.body)).toContain('spec.selector');
      await request('POST', pathOf(cluster, 'pods'), pod('fixed', cluster));
      const restart = { spec: { restartPolicy: 'Always' } };
      const refused = await request('PATCH', `${pathOf(cluster, 'pods')}/fixed`, restart, mergePatch);
      expect(refused).toMatchObject({
        status: 422,
        body: { details: { causes: [{ field: 'spec', reason: 'FieldValueForbidden' }] } },
      });
    });
  });
}
