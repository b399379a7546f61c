import type { Experiment } from '../model/experiment.js';
import type { JobSettings } from './job-settings.js';
import { endedTrialsAnnotation, experimentLabel, retriesAnnotation } from './objects.js';
import type { KubernetesObject } from './objects.js';
import { podSpec } from './pod-template.js';

export interface JobNeeds extends JobSettings {
  readonly experiment: Pick<Experiment, 'id' | 'workers' | 'resources' | 'owner'> &
    Partial<Pick<Experiment, 'name' | 'retries'>> & { readonly program?: Pick<Experiment['program'], 'image'> };
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

/** How a runner exits that was told to stop while something was left. @see src/runner/main.ts */
const exitStopped = 143;
const longestNameInAnnotation = 200;

/** The name of an experiment's Job and Secret: derived, so that asking twice makes one. */
export function jobName(experimentId: string): string {
  return `glados-${experimentId}`;
}

/**
 * The Job of one experiment: W workers as W indexes, each done when its runner
 * finds nothing left to claim. Elastic: completions and parallelism are equal.
 *
 * What comes from outside costs an index no attempt: a pod that was evicted,
 * drained or preempted (DisruptionTarget), and a runner that was told to stop,
 * as when somebody deletes its pod. What a program does never ends a runner with
 * that code. All else counts: the runner killed, its image not to be started.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/
 */
export function jobManifest(needs: JobNeeds): Manifest {
  const { experiment, namespace, queueName } = needs;
  const labels = labelsOf(experiment.id, needs.version);
  const annotations = annotationsOf(experiment);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(experiment.id),
      namespace,
      labels: { ...labels, ...(queueName !== undefined && { 'kueue.x-k8s.io/queue-name': queueName }) },
      annotations: {
        ...annotations,
        [endedTrialsAnnotation]: String(needs.endedTrials ?? 0),
        ...(experiment.retries !== undefined && { [retriesAnnotation]: String(experiment.retries) }),
      },
    },
    spec: {
      completionMode: 'Indexed',
      completions: experiment.workers,
      parallelism: experiment.workers,
      backoffLimitPerIndex: needs.backoffLimitPerIndex ?? 6,
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          { action: 'Ignore', onExitCodes: { containerName: 'runner', operator: 'In', values: [exitStopped] } },
        ],
      },
      activeDeadlineSeconds: needs.activeDeadlineSeconds ?? 14 * 24 * 3_600,
      ttlSecondsAfterFinished: needs.ttlSecondsAfterFinished ?? 3_600,
      template: {
        metadata: { labels, ...(Object.keys(annotations).length > 0 && { annotations }) },
        spec: podSpec({ ...needs, tokenSecretName: needs.tokenSecretName ?? jobName(experiment.id) }),
      },
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
    metadata: { name: jobName(experimentId), namespace, labels: labelsOf(experimentId, undefined) },
    type: 'Opaque',
    data: { token: Buffer.from(token).toString('base64'), api: Buffer.from(api).toString('base64') },
  } as Manifest;
}

/** @see https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ */
function labelsOf(experimentId: string, version: string | undefined): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'glados',
    'app.kubernetes.io/instance': jobName(experimentId),
    'app.kubernetes.io/component': 'runner',
    'app.kubernetes.io/part-of': 'glados',
    'app.kubernetes.io/managed-by': 'glados',
    ...(version !== undefined && { 'app.kubernetes.io/version': version }),
    [experimentLabel]: experimentId,
  };
}

/** For people who look with kubectl: whose it is, and what it is called. An annotation holds any text, a label does not. */
function annotationsOf({ owner, name }: JobNeeds['experiment']): Record<string, string> {
  return {
    ...(owner !== undefined && { 'glados.io/owner': cut(owner) }),
    ...(name !== undefined && { 'glados.io/experiment-name': cut(name) }),
  };
}

/** Never through the middle of a character; half characters that were there already become U+FFFD, or JSON would carry them. */
function cut(text: string): string {
  const characters = [...text].map((character) => (/^[\uD800-\uDFFF]$/.test(character) ? '\uFFFD' : character));
  return characters.slice(0, longestNameInAnnotation).join('');
}
