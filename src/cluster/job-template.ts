import type { Experiment } from '../model/experiment.js';
import { endedTrialsAnnotation, experimentLabel } from './objects.js';
import type { KubernetesObject } from './objects.js';

/** What the operator of an installation may set; everything has a default but the image. */
export interface JobSettings {
  readonly runnerImage: string;
  readonly namespace: string;
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never' | undefined;
  /** How long an ended Job stays to be looked at; 3,600 when left out. */
  readonly ttlSecondsAfterFinished?: number | undefined;
  /** How often the pod of one index may fail by itself; 6 when left out. */
  readonly backoffLimitPerIndex?: number | undefined;
  /** Kubernetes quantity, for /work and for /tmp each; 2Gi when left out. */
  readonly scratchSize?: string | undefined;
  readonly priorityClassName?: string | undefined;
  readonly serviceAccountName?: string | undefined;
  /** Of a Kueue LocalQueue. */
  readonly queueName?: string | undefined;
  readonly nodeSelector?: Readonly<Record<string, string>> | undefined;
  readonly tolerations?: readonly object[] | undefined;
}

export interface JobNeeds extends JobSettings {
  readonly experiment: Pick<Experiment, 'id' | 'workers' | 'resources'>;
  /** Trials that have ended before this Job; 0 when left out. */
  readonly endedTrials?: number | undefined;
  /** The Secret that `secretManifest` makes, when left out. */
  readonly tokenSecretName?: string | undefined;
}

export interface Manifest extends KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Record<string, string> };
}

/** The name of an experiment's Job and Secret: derived, so that asking twice makes one. */
export function jobName(experimentId: string): string {
  return `glados-${experimentId}`;
}

/**
 * The Job of one experiment: W workers as W indexes, each done when its runner
 * finds nothing left to claim. Elastic: completions and parallelism are equal.
 *
 * Fits Pod Security `restricted`. A pod that was evicted, drained or preempted
 * (DisruptionTarget) costs its index no attempt.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/
 */
export function jobManifest(needs: JobNeeds): Manifest {
  const { experiment, namespace, queueName } = needs;
  const labels = labelsOf(experiment.id);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(experiment.id),
      namespace,
      labels: { ...labels, ...(queueName !== undefined && { 'kueue.x-k8s.io/queue-name': queueName }) },
      annotations: { [endedTrialsAnnotation]: String(needs.endedTrials ?? 0) },
    },
    spec: {
      completionMode: 'Indexed',
      completions: experiment.workers,
      parallelism: experiment.workers,
      backoffLimitPerIndex: needs.backoffLimitPerIndex ?? 6,
      podFailurePolicy: {
        rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
      },
      ttlSecondsAfterFinished: needs.ttlSecondsAfterFinished ?? 3_600,
      template: { metadata: { labels }, spec: podSpec(needs) },
    },
  } as Manifest;
}

/** The Secret that a runner reads its token and the address of the API from. */
export function secretManifest(needs: {
  readonly experimentId: string;
  readonly namespace: string;
  readonly token: string;
  readonly api: string;
}): Manifest {
  const { experimentId, namespace, token, api } = needs;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: jobName(experimentId), namespace, labels: labelsOf(experimentId) },
    type: 'Opaque',
    data: { token: Buffer.from(token).toString('base64'), api: Buffer.from(api).toString('base64') },
  } as Manifest;
}

function labelsOf(experimentId: string): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'glados',
    'app.kubernetes.io/component': 'runner',
    'app.kubernetes.io/managed-by': 'glados',
    [experimentLabel]: experimentId,
  };
}

function podSpec(needs: JobNeeds): object {
  const { priorityClassName, serviceAccountName, nodeSelector, tolerations, scratchSize = '2Gi' } = needs;
  return {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 20,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(priorityClassName !== undefined && { priorityClassName }),
    ...(serviceAccountName !== undefined && { serviceAccountName }),
    ...(nodeSelector !== undefined && { nodeSelector }),
    ...(tolerations !== undefined && { tolerations }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10_001,
      runAsGroup: 10_001,
      fsGroup: 10_001,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [runnerContainer(needs)],
    volumes: [
      { name: 'work', emptyDir: { sizeLimit: scratchSize } },
      { name: 'tmp', emptyDir: { sizeLimit: scratchSize } },
    ],
  };
}

function runnerContainer({ experiment, runnerImage, imagePullPolicy, tokenSecretName }: JobNeeds): object {
  const secret = tokenSecretName ?? jobName(experiment.id);
  const fromSecret = (key: string): object => ({ secretKeyRef: { name: secret, key } });
  const amounts = Object.fromEntries(Object.entries(experiment.resources).filter(([, amount]) => amount !== undefined));
  return {
    name: 'runner',
    image: runnerImage,
    ...(imagePullPolicy !== undefined && { imagePullPolicy }),
    env: [
      { name: 'GLADOS_API', valueFrom: fromSecret('api') },
      { name: 'GLADOS_TOKEN', valueFrom: fromSecret('token') },
      { name: 'POD_UID', valueFrom: fromField('metadata.uid') },
      { name: 'POD_NAME', valueFrom: fromField('metadata.name') },
      { name: 'GLADOS_WORK', value: '/work' },
      { name: 'TMPDIR', value: '/tmp' },
    ],
    ...(Object.keys(amounts).length > 0 && { resources: { requests: amounts, limits: amounts } }),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'work', mountPath: '/work' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

function fromField(fieldPath: string): object {
  return { fieldRef: { fieldPath } };
}
