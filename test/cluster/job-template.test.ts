import { describe, expect, it } from '@jest/globals';
import { jobManifest, secretManifest } from '../../src/cluster/job-template.js';

const experiment = { id: 'x1', workers: 3, resources: { cpu: '500m', memory: '1Gi' } };
const needs = { experiment, runnerImage: 'runner:1', namespace: 'runners' };
const labels = {
  'app.kubernetes.io/name': 'glados',
  'app.kubernetes.io/component': 'runner',
  'app.kubernetes.io/instance': 'glados-x1',
  'app.kubernetes.io/part-of': 'glados',
  'app.kubernetes.io/managed-by': 'glados',
  'glados.io/experiment': 'x1',
};

function resources(of: Parameters<typeof jobManifest>[0]): unknown {
  const { spec } = jobManifest(of) as unknown as {
    spec: { template: { spec: { containers: { resources: unknown }[] } } };
  };
  return spec.template.spec.containers[0]?.resources;
}

describe('the Job of an experiment', () => {
  it('is one Indexed Job with a worker per index, named after the experiment', () => {
    expect(jobManifest(needs)).toMatchObject({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'glados-x1', namespace: 'runners', labels },
      spec: {
        completionMode: 'Indexed',
        completions: 3,
        parallelism: 3,
        backoffLimitPerIndex: 6,
        ttlSecondsAfterFinished: 3_600,
        activeDeadlineSeconds: 1_209_600,
        template: { metadata: { labels }, spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 20 } },
      },
    });
  });

  it('counts no attempt for a disruption, nor for a runner that was told to stop', () => {
    expect(jobManifest(needs)).toMatchObject({
      spec: {
        podFailurePolicy: {
          rules: [
            { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
            { action: 'Ignore', onExitCodes: { containerName: 'runner', operator: 'In', values: [143] } },
          ],
        },
      },
    });
  });

  it('says whose it is and what it is called, in annotations that hold any text', () => {
    const name = `${'ä🚀'.repeat(150)}\uD800`;
    const annotations = {
      'glados.io/owner': 'ada@example.org',
      'glados.io/experiment-name': 'ä🚀'.repeat(100),
    };
    const labelled = jobManifest({
      ...needs,
      version: '1.2.3',
      experiment: { ...experiment, name, owner: 'ada@example.org' },
    });
    expect(labelled).toMatchObject({
      metadata: { annotations, labels: { 'app.kubernetes.io/version': '1.2.3' } },
      spec: { template: { metadata: { annotations } } },
    });
    const broken = jobManifest({ ...needs, experiment: { ...experiment, name: 'a\uD800b' } });
    expect(broken.metadata).toMatchObject({ annotations: { 'glados.io/experiment-name': 'a\uFFFDb' } });
  });

  it('runs under Pod Security restricted, without a token of the cluster', () => {
    expect(jobManifest(needs)).toMatchObject({
      spec: {
        template: {
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: 'RuntimeDefault' } },
            containers: [
              {
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ['ALL'] },
                },
              },
            ],
          },
        },
      },
    });
  });

  it('tells the runner who it is and where to write, its token by reference only', () => {
    const text = JSON.stringify(jobManifest(needs));
    for (const [name, valueFrom] of [
      ['GLADOS_API', { secretKeyRef: { name: 'glados-x1', key: 'api' } }],
      ['GLADOS_TOKEN', { secretKeyRef: { name: 'glados-x1', key: 'token' } }],
      ['POD_UID', { fieldRef: { fieldPath: 'metadata.uid' } }],
      ['POD_NAME', { fieldRef: { fieldPath: 'metadata.name' } }],
    ]) {
      expect(text).toContain(JSON.stringify({ name, valueFrom }));
    }
    expect(text).toContain(JSON.stringify({ name: 'work', emptyDir: { sizeLimit: '2Gi' } }));
    expect(text).toContain(JSON.stringify({ name: 'GLADOS_WORK', value: '/work' }));
  });

  it('asks for what the experiment says, which is also the most that there is', () => {
    expect(resources(needs)).toEqual({
      requests: { cpu: '500m', memory: '1Gi', 'ephemeral-storage': '64Mi' },
      limits: { cpu: '500m', memory: '1Gi', 'ephemeral-storage': '5120Mi' },
    });
  });

  it('is bounded in CPU, memory and disk when the experiment says nothing, as the operator set', () => {
    const modest = { ...needs, experiment: { ...experiment, resources: {} } };
    expect(resources(modest)).toEqual({
      requests: { cpu: '50m', memory: '64Mi', 'ephemeral-storage': '64Mi' },
      limits: { cpu: '2', memory: '2Gi', 'ephemeral-storage': '5120Mi' },
    });
    const set = { ...modest, scratchSize: '512Mi', requests: { cpu: '1' }, limits: { memory: '8Gi' } };
    expect(resources(set)).toEqual({
      requests: { cpu: '1', memory: '64Mi', 'ephemeral-storage': '64Mi' },
      limits: { cpu: '2', memory: '8Gi', 'ephemeral-storage': '2048Mi' },
    });
    const apart = { ...modest, requests: { memory: '4Gi' }, limits: { cpu: '20m' } };
    expect(resources(apart)).toMatchObject({
      requests: { cpu: '20m', memory: '4Gi' },
      limits: { cpu: '20m', memory: '4Gi' },
    });
  });

  it('brings the runner into an image of the user’s own by an init container of the runner image', () => {
    const own = jobManifest({ ...needs, experiment: { ...experiment, program: { image: 'lab/solver:2' } } });
    const place = { name: 'runner', mountPath: '/glados' };
    expect(own).toMatchObject({
      spec: {
        template: {
          spec: {
            shareProcessNamespace: true,
            initContainers: [{ image: 'runner:1', args: ['install', '/glados'], volumeMounts: [place] }],
            containers: [
              {
                name: 'runner',
                image: 'lab/solver:2',
                command: ['/glados/node', '/glados/runner/main.js'],
                securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
              },
            ],
          },
        },
      },
    });
    const text = JSON.stringify(own);
    expect(text).toContain(JSON.stringify({ ...place, readOnly: true }));
    expect(text).toContain(JSON.stringify({ name: 'runner', emptyDir: { sizeLimit: '512Mi' } }));
    expect(JSON.stringify(jobManifest(needs))).not.toContain('initContainers');
  });

  it('takes what the operator set', () => {
    const set = jobManifest({
      ...needs,
      imagePullPolicy: 'Never',
      ttlSecondsAfterFinished: 60,
      backoffLimitPerIndex: 1,
      scratchSize: '1Gi',
      priorityClassName: 'low',
      serviceAccountName: 'runner',
      queueName: 'team',
      nodeSelector: { disk: 'fast' },
      tolerations: [{ key: 'gpu' }],
      affinity: { podAntiAffinity: {} },
      runtimeClassName: 'gvisor',
      imagePullSecrets: ['ours'],
      activeDeadlineSeconds: 7,
      tokenSecretName: 'other',
    });
    expect(set).toMatchObject({
      metadata: { labels: { ...labels, 'kueue.x-k8s.io/queue-name': 'team' } },
      spec: {
        ttlSecondsAfterFinished: 60,
        backoffLimitPerIndex: 1,
        activeDeadlineSeconds: 7,
        template: {
          spec: {
            priorityClassName: 'low',
            serviceAccountName: 'runner',
            nodeSelector: { disk: 'fast' },
            tolerations: [{ key: 'gpu' }],
            affinity: { podAntiAffinity: {} },
            runtimeClassName: 'gvisor',
            imagePullSecrets: [{ name: 'ours' }],
            containers: [{ imagePullPolicy: 'Never' }],
          },
        },
      },
    });
    expect(JSON.stringify(set)).toContain('"secretKeyRef":{"name":"other"');
  });
});

it('the Secret of an experiment holds the token and the address', () => {
  const secret = secretManifest({ experimentId: 'x1', namespace: 'runners', token: 'gld_ä', api: 'http://api' });
  expect(secret).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'glados-x1', namespace: 'runners', labels },
    type: 'Opaque',
    data: { token: Buffer.from('gld_ä').toString('base64'), api: Buffer.from('http://api').toString('base64') },
  });
});
