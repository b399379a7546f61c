import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request as send } from 'undici';
import { parseAllDocuments } from 'yaml';
import { jobManifest, secretManifest } from '../../src/cluster/job-template.js';
import { connect } from '../contract/kubernetes/kubeconfig.js';
import { openCluster, until, type Cluster } from '../kubernetes/cluster.js';
import { install, type Installation } from '../kubernetes/installation.js';
import { root } from '../support/server-process.js';

/** Run by `npm run test:deploy`: deploy/policies on a real API server, asked by the server's own account. */
interface Policy {
  readonly kind: string;
  readonly metadata: { name: string };
  readonly spec: { policyName?: string; readonly variables?: { readonly name: string; expression: string }[] };
}
type Fields = Record<string, never>;
interface Job {
  readonly spec: Record<string, unknown> & { readonly template: { readonly spec: Record<string, unknown> } };
}

const runnerImage = 'glados/runner:0.1.0';
const path = '/apis/admissionregistration.k8s.io/v1';
const plurals: Readonly<Record<string, string>> = {
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
};
let cluster: Cluster;
let installation: Installation;
let policies: Policy[];

/** What the files say, for the account and under the name of this run. */
function policiesOfThisRun(): Policy[] {
  const account = `system:serviceaccount:${installation.namespace}:glados`;
  const text = readFileSync(join(root, 'deploy/policies/server.yaml'), 'utf8');
  const own = text.replaceAll('system:serviceaccount:glados:glados', account);
  return parseAllDocuments(own).map((document) => {
    const policy = document.toJS() as Policy;
    policy.metadata.name = policy.metadata.name.replace('glados', installation.namespace);
    if (policy.spec.policyName)
      policy.spec.policyName = policy.spec.policyName.replace('glados', installation.namespace);
    const allowed = policy.spec.variables?.find(({ name }) => name === 'allowed');
    if (allowed) allowed.expression = '["images.example/lab/", "exact:1"]';
    return policy;
  });
}

/** The server asks to create, or to patch the object of that name; nothing is changed. @returns the status and why */
async function asked(plural: string, body: object, name?: string): Promise<{ status: number; message: string }> {
  const to = connect(installation.kubeconfigPath);
  const group = plural === 'jobs' ? '/apis/batch/v1' : '/api/v1';
  const answer = await send(
    `${to.server}${group}/namespaces/${installation.runners}/${plural}${name ? `/${name}` : ''}?dryRun=All`,
    {
      method: name ? 'PATCH' : 'POST',
      dispatcher: to.agent,
      headers: {
        'content-type': name ? 'application/merge-patch+json' : 'application/json',
        authorization: `Bearer ${installation.token}`,
      },
      body: JSON.stringify(body),
    },
  );
  const { message = '' } = (await answer.body.json()) as { message?: string };
  await Promise.all([to.agent.destroy(), to.strangersAgent.destroy()]);
  return { status: answer.statusCode, message };
}

function productJob(image?: string): Job {
  const experiment = {
    id: 'q1',
    name: 'x',
    owner: 'admin',
    workers: 3,
    resources: {},
    program: image ? { image } : {},
  };
  return jobManifest({ experiment, namespace: installation.runners, runnerImage } as never) as never;
}

/** The product's own Job with something changed in its pod or in a container. */
function changed(change: (pod: Fields, container: Fields, job: Job) => void): Job {
  const job = structuredClone(productJob());
  const pod = job.spec.template.spec;
  change(pod as Fields, (pod['containers'] as Fields[])[0] ?? {}, job);
  return job;
}

beforeAll(async () => {
  cluster = openCluster();
  installation = await install(cluster);
  policies = policiesOfThisRun();
  for (const policy of policies) await cluster.create(`${path}/${plurals[policy.kind]}`, policy);
  const loose = changed((pod) => Object.assign(pod, { automountServiceAccountToken: true }));
  await until('a policy that is in force', 30, async () =>
    (await asked('jobs', loose)).status === 422 ? true : undefined,
  );
}, 90_000);
afterAll(async () => {
  for (const { kind, metadata } of policies ?? []) {
    await cluster.ask('DELETE', `${path}/${plurals[kind]}/${metadata.name}`);
  }
  await installation?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
}, 60_000);

const security = (more: object) => ({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, ...more });
const secretOf = (name: string, type: string) => ({
  metadata: { name, annotations: { 'kubernetes.io/service-account.name': 'default' } },
  type,
});
const addVolume = (pod: Fields, volume: object) => (pod['volumes'] as unknown as object[]).push(volume);

describe('the policy for the server’s account', () => {
  it('lets through every Job and Secret that the product makes', async () => {
    for (const image of [undefined, 'images.example/lab/solver:1', 'exact:1']) {
      expect(await asked('jobs', productJob(image))).toMatchObject({ status: 201 });
    }
    const { runners: namespace } = installation;
    const secret = secretManifest({ experimentId: 'q1', namespace, token: 't', api: 'http://api/graphql' });
    expect(await asked('secrets', secret)).toMatchObject({ status: 201 });
  });

  const hostPath = { name: 'host', hostPath: { path: '/' } };
  const otherSecret = { name: 'S', valueFrom: { secretKeyRef: { name: 'glados-other', key: 'token' } } };
  const bad: readonly [string, string, Parameters<typeof changed>[0]][] = [
    ['without a deadline', 'activeDeadlineSeconds', (_pod, _main, job) => delete job.spec['activeDeadlineSeconds']],
    ['that stays for ever', 'ttlSecondsAfter', (_pod, _main, job) => delete job.spec['ttlSecondsAfterFinished']],
    ['with a token', 'no token', (pod) => Object.assign(pod, { automountServiceAccountToken: true })],
    ['that says nothing about tokens', 'no token', (pod) => delete pod['automountServiceAccountToken']],
    ['with a foreign image', 'Images may be', (_pod, main) => Object.assign(main, { image: 'images.example/evil:1' })],
    ['with an image that begins alike', 'Images', (_pod, main) => Object.assign(main, { image: `${runnerImage}-x` })],
    [
      'with a foreign init container',
      'Images',
      (pod, main) => Object.assign(pod, { initContainers: [{ ...(main as object), name: 'first', image: 'evil:1' }] }),
    ],
    ['on the host network', 'with their node', (pod) => Object.assign(pod, { hostNetwork: true })],
    ['among the host’s processes', 'with their node', (pod) => Object.assign(pod, { hostPID: true })],
    [
      'with a port of the host',
      'with their node',
      (_pod, main) => Object.assign(main, { ports: [{ containerPort: 80, hostPort: 80 }] }),
    ],
    ['with a directory of the host', 'emptyDir', (pod) => addVolume(pod, hostPath)],
    [
      'with a mounted Secret',
      'emptyDir',
      (pod) => addVolume(pod, { name: 's', secret: { secretName: 'glados-other' } }),
    ],
    [
      'that is privileged',
      'not privileged',
      (_pod, main) => Object.assign(main, { securityContext: { privileged: true } }),
    ],
    [
      'that may escalate',
      'not privileged',
      (_pod, main) => Object.assign(main, { securityContext: security({ allowPrivilegeEscalation: true }) }),
    ],
    [
      'with a capability',
      'not privileged',
      (_pod, main) =>
        Object.assign(main, { securityContext: security({ capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } }) }),
    ],
    ['as root', 'not root', (pod) => Object.assign(pod, { securityContext: { runAsUser: 0 } })],
    [
      'as root in a container',
      'not root',
      (_pod, main) => Object.assign(main, { securityContext: security({ runAsUser: 0 }) }),
    ],
    ['without limits', 'limits', (_pod, main) => Object.assign(main, { resources: {} })],
    ['with another Job’s Secret', 'own Job', (_pod, main) => Object.assign(main, { env: [otherSecret] })],
    [
      'with all of another’s Secret',
      'own Job',
      (_pod, main) => Object.assign(main, { envFrom: [{ secretRef: { name: 'glados-other' } }] }),
    ],
  ];
  it.each(bad)('refuses a Job %s', async (_what, message, change) => {
    const answer = await asked('jobs', changed(change));
    expect(answer).toEqual({ status: 422, message: expect.stringContaining(message) });
    expect(answer.message).toContain(`ValidatingAdmissionPolicy '${installation.namespace}-jobs'`);
  });

  it('refuses a Secret that Kubernetes would fill with a token, and one of a foreign name', async () => {
    const token = await asked('secrets', secretOf('glados-q1', 'kubernetes.io/service-account-token'));
    expect(token).toEqual({ status: 422, message: expect.stringContaining('Opaque') });
    const foreign = await asked('secrets', secretOf('registry', 'Opaque'));
    expect(foreign).toEqual({ status: 422, message: expect.stringContaining('name of a Job') });
  });

  it('does not bind other accounts', async () => {
    const { status } = await cluster.ask(
      'POST',
      `/apis/batch/v1/namespaces/${installation.runners}/jobs?dryRun=All`,
      changed((_pod, main) => Object.assign(main, { image: 'anything:1' })),
    );
    expect(status).toBe(201);
  });

  it('lets a Job of an earlier release be paused and resumed, and nothing else of it be loosened', async () => {
    const earlier = changed((_pod, main) => Object.assign(main, { image: 'glados/runner:0.0.9' }));
    Object.assign(earlier.spec, { suspend: true });
    const { name } = (earlier as unknown as { metadata: { name: string } }).metadata;
    await cluster.create(`/apis/batch/v1/namespaces/${installation.runners}/jobs`, earlier);
    expect(await asked('jobs', { spec: { suspend: false } }, name)).toMatchObject({ status: 200 });
    const endless = await asked('jobs', { spec: { activeDeadlineSeconds: null } }, name);
    expect(endless).toEqual({ status: 422, message: expect.stringContaining('activeDeadlineSeconds') });
    const other = { spec: { template: { spec: { nodeSelector: { a: 'b' } } } } };
    expect(await asked('jobs', other, name)).toEqual({
      status: 422,
      message: expect.stringContaining('Images may be'),
    });
  });
});
