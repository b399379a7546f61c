import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mergePatch, pathOf } from './examples.js';
import { isEnded, stepsOn } from './jobs-steps.js';
import type { Steps } from './jobs-steps.js';
import type { ApiBody, TestCluster } from './open-cluster.js';

const enforce = 'pod-security.kubernetes.io/enforce';

/** Why a container with nothing set does not fit `restricted`, in the words of the API. */
const nothingSet = (names: string): string =>
  `allowPrivilegeEscalation != false (${names} must set securityContext.allowPrivilegeEscalation=false), ` +
  `unrestricted capabilities (${names} must set securityContext.capabilities.drop=["ALL"]), ` +
  `runAsNonRoot != true (pod or ${names} must set securityContext.runAsNonRoot=true), ` +
  `seccompProfile (pod or ${names} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`;

const closed = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const closedPod = { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } };

/** What any Kubernetes must refuse in a namespace with a Pod Security label. */
export function itKeepsPodsSecure(open: () => Promise<TestCluster>): void {
  describe('pod security', () => {
    let cluster: TestCluster;
    let steps: Steps;
    beforeAll(async () => {
      cluster = await open();
      steps = stepsOn(cluster);
      await label('restricted');
    });
    afterAll(async () => cluster[Symbol.asyncDispose]());

    async function label(level: string): Promise<ApiBody> {
      const labels = { [enforce]: level };
      const { body } = await cluster.request(
        'PATCH',
        `/api/v1/namespaces/${cluster.namespace}`,
        { metadata: { labels } },
        mergePatch,
      );
      if (body.code === undefined) await untilKept(level);
      return body;
    }

    /** Admission learns of a label by its own watch, a moment later. */
    async function untilKept(level: string): Promise<void> {
      const deadline = Date.now() + 10_000;
      while (Date.now() < deadline) {
        const { message = '' } = await refusal({ hostPID: true }, {});
        if (message.includes(`PodSecurity "${level}:latest"`)) return;
      }
      throw new Error(`the level ${level} was never kept to`);
    }

    const specOf = (spec: object, ...contexts: readonly object[]): object => ({
      restartPolicy: 'Never',
      ...spec,
      containers: contexts.map((securityContext, position) => ({
        name: `c${position}`,
        image: cluster.image,
        command: ['/bin/sh', '-c', 'echo fits'],
        securityContext,
      })),
    });

    async function refusal(spec: object, ...contexts: readonly object[]): Promise<ApiBody> {
      const pods = `${pathOf(cluster, 'pods')}?dryRun=All`;
      return (await cluster.request('POST', pods, { metadata: { name: 'p' }, spec: specOf(spec, ...contexts) })).body;
    }

    it('refuses a pod that says nothing, and names every rule and container', async () => {
      expect(await refusal({}, {}, {})).toMatchObject({
        code: 403,
        reason: 'Forbidden',
        message: `pods "p" is forbidden: violates PodSecurity "restricted:latest": ${nothingSet('containers "c0", "c1"')}`,
      });
      expect((await refusal({}, {})).message).toContain(nothingSet('container "c0"'));
    });

    it('runs a pod that is closed in as the level wants it', async () => {
      const spec = specOf({ securityContext: closedPod }, closed);
      const made = await cluster.request('POST', pathOf(cluster, 'pods'), { metadata: { name: 'fits' }, spec });
      expect([made.status, made.headers['warning']]).toEqual([201, undefined]);
      expect((await steps.until('pods', 'fits', isEnded)).metadata.name).toBe('fits');
    });

    it('refuses what is set the wrong way round', async () => {
      const wrong = {
        ...closed,
        capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE', 'CHOWN'] },
        seccompProfile: { type: 'Unconfined' },
        runAsNonRoot: false,
        runAsUser: 0,
      };
      expect((await refusal({ securityContext: closedPod }, wrong)).message).toBe(
        'pods "p" is forbidden: violates PodSecurity "restricted:latest": ' +
          'unrestricted capabilities (container "c0" must not include "CHOWN" in securityContext.capabilities.add), ' +
          'runAsNonRoot != true (container "c0" must not set securityContext.runAsNonRoot=false), ' +
          'runAsUser=0 (container "c0" must not set runAsUser=0), ' +
          'seccompProfile (container "c0" must not set securityContext.seccompProfile.type to "Unconfined")',
      );
      const volumes = [
        { name: 'h', hostPath: { path: '/' } },
        { name: 'n', nfs: { path: '/', server: 'a' } },
        { name: 'e', emptyDir: {} },
      ];
      expect((await refusal({ securityContext: closedPod, volumes }, closed)).message).toBe(
        'pods "p" is forbidden: violates PodSecurity "restricted:latest": ' +
          'restricted volume types (volumes "h", "n" use restricted volume types "hostPath", "nfs")',
      );
    });

    it('takes a Job with a warning, and refuses its pods', async () => {
      const { cluster: on, until, podsOf, path } = steps;
      const template = { spec: specOf({}, {}) };
      const made = await on.request('POST', path('jobs'), { metadata: { name: 'open' }, spec: { template } });
      expect(made.status).toBe(201);
      const words = nothingSet('container "c0"');
      expect(String(made.headers['warning'])).toBe(
        `299 - ${JSON.stringify(`would violate PodSecurity "restricted:latest": ${words}`)}`,
      );
      const watch = on.watch(
        `${path('events')}?watch=1&timeoutSeconds=20&fieldSelector=involvedObject.name%3Dopen,reason%3DFailedCreate`,
      );
      const messages: string[] = [];
      for await (const { object } of watch) if (messages.push(object.message) === 2) break;
      watch.cancel();
      for (const message of messages) {
        expect(message).toMatch(/^Error creating: pods "open-[a-z0-9]{5}" is forbidden: /);
        expect(message).toContain(`violates PodSecurity "restricted:latest": ${words}`);
      }
      const job = await until('jobs', 'open', ({ status }) => status?.startTime !== undefined);
      expect(job.status?.conditions).toBeUndefined();
      expect(await podsOf('open')).toEqual([]);
    });

    it('refuses less at the level baseline', async () => {
      await label('baseline');
      expect((await refusal({}, {})).code).toBeUndefined();
      const volumes = ['h', 'g'].map((name) => ({ name, hostPath: { path: '/' } }));
      const spec = {
        hostNetwork: true,
        hostPID: true,
        volumes,
        securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] },
      };
      const unsafe = {
        privileged: true,
        capabilities: { add: ['SYS_ADMIN', 'CHOWN'] },
        seccompProfile: { type: 'Unconfined' },
      };
      expect((await refusal(spec, unsafe, {})).message).toBe(
        'pods "p" is forbidden: violates PodSecurity "baseline:latest": ' +
          'non-default capabilities (container "c0" must not include "SYS_ADMIN" in securityContext.capabilities.add), ' +
          'host namespaces (hostNetwork=true, hostPID=true), hostPath volumes (volumes "h", "g"), ' +
          'privileged (container "c0" must not set securityContext.privileged=true), ' +
          'seccompProfile (container "c0" must not set securityContext.seccompProfile.type to "Unconfined"), ' +
          'forbidden sysctls (kernel.msgmax)',
      );
    });

    it('knows three levels and no other', async () => {
      expect(await label('strict')).toMatchObject({
        code: 422,
        details: { causes: [{ reason: 'FieldValueInvalid', field: `metadata.labels[${enforce}]` }] },
      });
    });
  });
}
