import type { Experiment } from '../model/experiment.js';
import { resourcesOf, scratchSizeOf, type JobSettings } from './job-settings.js';

export interface PodNeeds extends JobSettings {
  readonly experiment: Pick<Experiment, 'resources'> & { readonly program?: Pick<Experiment['program'], 'image'> };
  readonly tokenSecretName: string;
}

/** Where a pod with an image of the user's own finds the runner; `runner/install.ts` lays it out. */
const runnerDirectory = '/glados';
const runnerCopySize = '512Mi';

/** All that Pod Security `restricted` asks of a container, and a root that cannot be written. */
const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
  privileged: false,
};

/**
 * A pod that runs the runner: from the runner image, or from the user's own, into
 * which an init container of the runner image brings the runner and its Node.
 *
 * Fits Pod Security `restricted`; the program and the token never stand in argv.
 */
export function podSpec(needs: PodNeeds): object {
  const { runnerImage, imagePullSecrets } = needs;
  const { priorityClassName, runtimeClassName, serviceAccountName, nodeSelector, tolerations, affinity } = needs;
  const ownImage = needs.experiment.program?.image;
  const scratch = { emptyDir: { sizeLimit: scratchSizeOf(needs) } };
  const chosen = { priorityClassName, runtimeClassName, serviceAccountName, nodeSelector, tolerations, affinity };
  return {
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 20,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...withoutUndefined(chosen),
    ...(imagePullSecrets !== undefined && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10_001,
      runAsGroup: 10_001,
      fsGroup: 10_001,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    // The user's image has nothing that clears away what its programs leave behind; the pause container does it then.
    ...(ownImage !== undefined && { shareProcessNamespace: true, initContainers: [installContainer(needs)] }),
    containers: [runnerContainer(needs, ownImage ?? runnerImage, ownImage !== undefined)],
    volumes: [
      { name: 'work', ...scratch },
      { name: 'tmp', ...scratch },
      ...(ownImage === undefined ? [] : [{ name: 'runner', emptyDir: { sizeLimit: runnerCopySize } }]),
    ],
  };
}

function installContainer(needs: PodNeeds): object {
  return {
    name: 'install-runner',
    image: needs.runnerImage,
    ...withoutUndefined({ imagePullPolicy: needs.imagePullPolicy }),
    args: ['install', runnerDirectory],
    // As those of the runner, after which it runs: it asks for nothing on top.
    resources: resourcesOf(needs, needs.experiment.resources),
    securityContext: containerSecurity,
    volumeMounts: [{ name: 'runner', mountPath: runnerDirectory }],
  };
}

function runnerContainer(needs: PodNeeds, image: string, isOwn: boolean): object {
  const fromSecret = (key: string): object => ({ secretKeyRef: { name: needs.tokenSecretName, key } });
  return {
    name: 'runner',
    image,
    ...withoutUndefined({ imagePullPolicy: needs.imagePullPolicy }),
    ...(isOwn && { command: [`${runnerDirectory}/node`, `${runnerDirectory}/runner/main.js`] }),
    env: [
      { name: 'GLADOS_API', valueFrom: fromSecret('api') },
      { name: 'GLADOS_TOKEN', valueFrom: fromSecret('token') },
      { name: 'POD_UID', valueFrom: fromField('metadata.uid') },
      { name: 'POD_NAME', valueFrom: fromField('metadata.name') },
      { name: 'GLADOS_WORK', value: '/work' },
      { name: 'HOME', value: '/work' },
      { name: 'TMPDIR', value: '/tmp' },
      // What an image sets there for a Node of its own is not meant for the runner's.
      ...(isOwn ? [{ name: 'NODE_OPTIONS', value: '' }] : []),
    ],
    resources: resourcesOf(needs, needs.experiment.resources),
    securityContext: containerSecurity,
    volumeMounts: [
      { name: 'work', mountPath: '/work' },
      { name: 'tmp', mountPath: '/tmp' },
      ...(isOwn ? [{ name: 'runner', mountPath: runnerDirectory, readOnly: true }] : []),
    ],
  };
}

function fromField(fieldPath: string): object {
  return { fieldRef: { fieldPath } };
}

function withoutUndefined(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
