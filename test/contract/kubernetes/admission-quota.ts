import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mergePatch, pathOf, pod } from './examples.js';
import { isOver, stepsOn, untilStopped } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';
import type { ApiBody, TestCluster } from './open-cluster.js';

/** What any Kubernetes must refuse where a ResourceQuota or a LimitRange stands. Each test leaves none behind. */
export function itKeepsToQuotas(open: () => Promise<TestCluster>): void {
  describe('quotas', () => {
    let cluster: TestCluster;
    let steps: Steps;
    let quotas = '';
    beforeAll(async () => {
      cluster = await open();
      steps = stepsOn(cluster);
      quotas = pathOf(cluster, 'resourcequotas');
    });
    afterEach(async () => cluster.request('DELETE', `${quotas}/box`));
    afterAll(async () => cluster[Symbol.asyncDispose]());

    /**
     * A quota is kept to once its status tells of it. A real quota controller
     * counts from caches: what it missed then, it counts at the next change of
     * what is limited, so every two seconds one is made.
     */
    async function untilCounted(isCounted: (status: ApiBody['status']) => boolean): Promise<void> {
      for (let attempt = 0; attempt < 10; attempt += 1) {
        const watch = cluster.watch(`${quotas}?watch=1&fieldSelector=metadata.name%3Dbox&timeoutSeconds=2`);
        try {
          for await (const { object } of watch) if (isCounted(object.status)) return;
        } finally {
          watch.cancel();
        }
        await grow({ 'count/leases.coordination.k8s.io': String(100 + attempt) });
      }
      throw new Error('the quota never came to count as expected');
    }

    async function limit(hard: Record<string, string>): Promise<void> {
      const made = await cluster.request('POST', quotas, { metadata: { name: 'box' }, spec: { hard } });
      expect(made.status).toBe(201);
      await untilCounted(isKept(hard));
    }

    async function grow(hard: Record<string, string>): Promise<void> {
      await cluster.request('PATCH', `${quotas}/box`, { spec: { hard } }, mergePatch);
    }

    const post = async (resource: string, body: object) =>
      (await cluster.request('POST', pathOf(cluster, resource), body)).body;

    const sized = (name: string, ...resources: readonly object[]): object => ({
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 0,
        containers: resources.map((of, position) => ({
          name: `c${position}`,
          image: cluster.image,
          command: ['/bin/sh', '-c', 'while :; do sleep 0.1; done'],
          resources: of,
        })),
      },
    });

    it('refuses a pod beyond the number of pods, and says what is used', async () => {
      await limit({ pods: '1' });
      await post('pods', sized('first', {}));
      await untilCounted(uses({ pods: '1' }));
      expect(await post('pods', sized('second', {}))).toMatchObject({
        code: 403,
        reason: 'Forbidden',
        message: 'pods "second" is forbidden: exceeded quota: box, requested: pods=1, used: pods=1, limited: pods=1',
        details: { name: 'second', kind: 'pods' },
      });
      await cluster.request('DELETE', `${pathOf(cluster, 'pods')}/first?gracePeriodSeconds=0`);
      await untilCounted(uses({ pods: '0' }));
      expect((await post('pods', sized('third', {}))).code).toBeUndefined();
      await cluster.request('DELETE', `${pathOf(cluster, 'pods')}/third?gracePeriodSeconds=0`);
    });

    it('wants requests and limits said where they are limited, and sums them up', async () => {
      await limit({ 'requests.cpu': '500m', 'requests.memory': '64Mi', 'limits.cpu': '1' });
      expect((await post('pods', sized('silent', {}, { requests: { memory: '1Mi' } }))).message).toBe(
        'pods "silent" is forbidden: failed quota: box: must specify limits.cpu for: c0,c1; requests.cpu for: c0,c1; ' +
          'requests.memory for: c0',
      );
      const resources = { requests: { cpu: '0.3', memory: '16Mi' }, limits: { cpu: '500m' } };
      expect((await post('pods', sized('large', resources, resources))).message).toBe(
        'pods "large" is forbidden: exceeded quota: box, requested: requests.cpu=600m, used: requests.cpu=0, limited: requests.cpu=500m',
      );
      expect(
        (await cluster.request('POST', `${pathOf(cluster, 'pods')}?dryRun=All`, sized('fits', resources))).status,
      ).toBe(201);
    });

    it('counts Jobs and secrets', async () => {
      await limit({ 'count/jobs.batch': '1', 'count/secrets': '1' });
      const spec = { suspend: true, template: { spec: (pod('x', cluster) as { spec: object }).spec } };
      for (const name of ['one', 'two']) {
        const job = await post('jobs', { metadata: { name: `job-${name}` }, spec });
        const secret = await post('secrets', { metadata: { name: `secret-${name}` } });
        if (name === 'one') {
          expect([job.code, secret.code]).toEqual([undefined, undefined]);
          await untilCounted(uses({ 'count/jobs.batch': '1', 'count/secrets': '1' }));
        } else {
          expect(job).toMatchObject({ code: 403, reason: 'Forbidden', details: { group: 'batch', kind: 'jobs' } });
          expect(job.message).toBe(
            'jobs.batch "job-two" is forbidden: exceeded quota: box, requested: count/jobs.batch=1, used: count/jobs.batch=1, limited: count/jobs.batch=1',
          );
          expect(secret.message).toContain('exceeded quota: box, requested: count/secrets=1');
        }
      }
    });

    it('leaves a Job without a condition while its pods are refused, and lets them come when the quota grows', async () => {
      const { shellJob, until, podsOf, podsUntil, path } = steps;
      await limit({ pods: '0' });
      await shellJob('starved', 'true', { completionMode: 'Indexed', completions: 2, parallelism: 2 });
      const event = await untilTold('starved', 'FailedCreate');
      expect(event).toMatchObject({ type: 'Warning', involvedObject: { kind: 'Job', name: 'starved' } });
      expect(event.message).toMatch(
        /^Error creating: pods "starved-0-[a-z0-9]{5}" is forbidden: exceeded quota: box, requested: pods=1, used: pods=0, limited: pods=0$/,
      );
      const job = await until('jobs', 'starved', ({ status }) => status?.startTime !== undefined);
      expect(job.status?.conditions).toBeUndefined();
      expect(job.status?.active).toBeUndefined();
      expect(await podsOf('starved')).toEqual([]);
      await grow({ pods: '5' });
      const done = await until('jobs', 'starved', isOver);
      expect(done.status).toMatchObject({ succeeded: 2, completedIndexes: '0,1' });
      expect((await podsUntil('starved', (pods) => pods.length === 2)).length).toBe(2);
      await cluster.request('DELETE', `${path('jobs', 'starved')}?propagationPolicy=Background`);
    });

    it('lets as many pods of a Job come as the quota allows', async () => {
      const { shellJob, podsOf, until, path } = steps;
      await limit({ pods: '2' });
      await shellJob('narrow', untilStopped(1), { completionMode: 'Indexed', completions: 4, parallelism: 4 });
      await untilTold('narrow', 'FailedCreate');
      const job = await until('jobs', 'narrow', ({ status }) => status?.ready === 2);
      expect(job.status).toMatchObject({ active: 2 });
      expect((await podsOf('narrow')).length).toBe(2);
      await cluster.request('DELETE', `${path('jobs', 'narrow')}?propagationPolicy=Foreground`);
    });

    it('gives a pod the limits of its namespace, and refuses one beyond them', async () => {
      const ranges = pathOf(cluster, 'limitranges');
      const item = {
        type: 'Container',
        default: { cpu: '200m' },
        defaultRequest: { cpu: '100m' },
        max: { cpu: '300m' },
      };
      await cluster.request('POST', ranges, { metadata: { name: 'range' }, spec: { limits: [item] } });
      const pods = `${pathOf(cluster, 'pods')}?dryRun=All`;
      await untilLimited(pods, sized('beyond', { limits: { cpu: '1' } }));
      const silent = await cluster.request('POST', pods, sized('plain', {}));
      const [container] = silent.body.spec['containers'] as { resources: object }[];
      expect(container?.resources).toEqual({ limits: { cpu: '200m' }, requests: { cpu: '100m' } });
      expect((await cluster.request('POST', pods, sized('beyond', { limits: { cpu: '1' } }))).body.message).toBe(
        'pods "beyond" is forbidden: maximum cpu usage per Container is 300m, but limit is 1',
      );
      await cluster.request('DELETE', `${ranges}/range`);
    });

    /** An admission plugin learns of a LimitRange by its own watch, a moment later. */
    async function untilLimited(pods: string, beyond: object): Promise<void> {
      const deadline = Date.now() + 10_000;
      while (Date.now() < deadline) if ((await cluster.request('POST', pods, beyond)).status === 403) return;
      throw new Error('the limit was never kept to');
    }

    async function untilTold(name: string, reason: string): Promise<ApiBody> {
      const query = `watch=1&timeoutSeconds=20&fieldSelector=involvedObject.name%3D${name},reason%3D${reason}`;
      const watch = cluster.watch(`${pathOf(cluster, 'events')}?${query}`);
      try {
        for await (const { object } of watch) return object;
      } finally {
        watch.cancel();
      }
      throw new Error(`no event ${reason} about ${name}`);
    }
  });
}

type InStatus = (status: ApiBody['status']) => boolean;

/** A quota's status tells of these limits. */
const isKept =
  (hard: Record<string, string>): InStatus =>
  (status) =>
    includes(status['hard'], hard);

/** A quota's status tells of this use. */
const uses =
  (used: Record<string, string>): InStatus =>
  (status) =>
    includes(status['used'], used);

const includes = (amounts: unknown, wanted: Record<string, string>): boolean =>
  Object.entries(wanted).every(([name, amount]) => (amounts as Record<string, string> | undefined)?.[name] === amount);
