import { describe, expect, it } from '@jest/globals';
import { jobManifest, secretManifest } from '../../src/cluster/job-template.js';

const experiment = { id: 'x1', workers: 3, resources: { cpu: '500m', memory: '1Gi' } };
const needs = { experiment, runnerImage: 'runner:1', namespace: 'runners' };
const labels = {
  'app.kubernetes.io/name': 'glados',
  'app.kubernetes.io/component': 'runner',
  'app.kubernetes.io/managed-by': 'glados',
  'glados.io/experiment': 'x1',
};

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
        podFailurePolicy: {
          rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
        },
        template: { metadata: { labels }, spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 20 } },
      },
    });
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

  it('asks for what it may use at most, and for nothing when nothing was said', () => {
    const amounts = { cpu: '500m', memory: '1Gi' };
    expect(JSON.stringify(jobManifest(needs))).toContain(JSON.stringify({ requests: amounts, limits: amounts }));
    const modest = { ...needs, experiment: { ...experiment, resources: {} } };
    expect(JSON.stringify(jobManifest(modest))).not.toContain('requests');
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
      tokenSecretName: 'other',
    });
    expect(set).toMatchObject({
      metadata: { labels: { ...labels, 'kueue.x-k8s.io/queue-name': 'team' } },
      spec: {
        ttlSecondsAfterFinished: 60,
        backoffLimitPerIndex: 1,
        template: {
          spec: {
            priorityClassName: 'low',
            serviceAccountName: 'runner',
            nodeSelector: { disk: 'fast' },
            tolerations: [{ key: 'gpu' }],
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
