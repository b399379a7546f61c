import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeNeeds } from './container-context.js';
import type { PodDirectories } from './container-program.js';
import { runContainer } from './container-run.js';
import { markDisrupted, unlocated } from './disruption.js';
import { MissingConfiguration } from './environment.js';
import { statusOf, waitingStatus } from './pod-status.js';
import type { PodPicture } from './pod-picture.js';
import type { Container, ContainerStatus, Pod } from './pod.js';
import type { KubernetesObject } from '../objects.js';
import { createStopping } from './stopping.js';
import type { Stopping } from './stopping.js';
import { prepareVolumes, readsVolume } from './volumes.js';
import { untilConfigurationChanges } from './wait-for-configuration.js';
import { identityOf, writePod } from './write-pod.js';

/** One pod on its way from bound to ended. */
export interface PodRun {
  readonly stopping: Stopping;
  /** Brings the files of its volumes up to date, if they come from this object. */
  sourceChanged(resource: 'secrets' | 'configmaps', object: KubernetesObject): void;
  /** Resolves when nothing of the pod runs and its final status is stored. Never rejects. */
  readonly ended: Promise<void>;
}

const deadlineMessage = 'Pod was active on the node longer than the specified deadline';
const shutdownMessage = 'Pod was terminated in response to imminent node shutdown.';

/** Runs a pod: volumes, init containers one after the other, then its containers together. */
export function startPod(node: NodeNeeds, pod: Pod, directory: string): PodRun {
  const stopping = createStopping();
  const directories: PodDirectories = {
    volumes: join(directory, 'volumes'),
    containers: join(directory, 'containers'),
    logs: join(directory, 'logs'),
  };
  const identity = identityOf(pod);
  const initSpecs = pod.spec.initContainers ?? [];
  const initContainers = initSpecs.map((container) => waitingStatus(container, 'PodInitializing'));
  const waitingFor = initSpecs.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const containers = pod.spec.containers.map((container) => waitingStatus(container, waitingFor));
  let sandboxReady = false;
  let finished = false;
  let ending: PodPicture['ending'];

  function publish(): void {
    const picture = { initContainers, containers, sandboxReady, finished, ending };
    writePod(node.store, identity, (current) => ({ ...current, status: statusOf(current, picture) }));
  }

  async function prepare(): Promise<void> {
    for (const path of Object.values(directories)) mkdirSync(path, { recursive: true, mode: 0o700 });
    while (!stopping.asked.aborted) {
      try {
        prepareVolumes(node.store, pod, directories.volumes);
        sandboxReady = true;
        return publish();
      } catch (error) {
        if (!(error instanceof MissingConfiguration)) throw error;
        const { message } = error;
        node.recordEvent({ object: pod, type: 'Warning', reason: 'FailedMount', message, component: 'kubelet' });
        await untilConfigurationChanges(node.store, identity.namespace, stopping.asked);
      }
    }
  }

  function run(container: Container, statuses: ContainerStatus[], index: number): Promise<void> {
    const status = (): ContainerStatus => statuses[index] as ContainerStatus;
    const report = (change: Partial<ContainerStatus>): void => {
      statuses[index] = { ...status(), ...change };
      publish();
    };
    const isInit = statuses === initContainers;
    return runContainer({ ...node, pod, container, isInit, directories, stopping, status, report });
  }

  async function runAll(): Promise<void> {
    publish();
    const sidecar = initSpecs.find(({ restartPolicy }) => restartPolicy === 'Always');
    if (sidecar) throw new Error(`sidecar containers are not supported by this node: ${sidecar.name}`);
    await prepare();
    for (const [index, container] of initSpecs.entries()) {
      if (stopping.asked.aborted) return;
      await run(container, initContainers, index);
      if (initContainers[index]?.state.terminated?.exitCode !== 0) return;
    }
    if (stopping.asked.aborted) return;
    await Promise.all(pod.spec.containers.map((container, index) => run(container, containers, index)));
  }

  async function toTheEnd(): Promise<void> {
    try {
      await runAll();
    } catch (error) {
      // The machine failed the pod (a full disk, no more processes): it is told, not thrown.
      ending = { reason: 'NodeError', message: (error as Error).message };
      stopping.ask('shutdown', 0);
    }
    if (stopping.reason === 'deadline') ending = { reason: 'DeadlineExceeded', message: deadlineMessage };
    if (stopping.reason === 'shutdown') ending ??= { reason: 'Terminated', message: shutdownMessage };
    if (stopping.reason !== undefined) for (const list of [initContainers, containers]) giveUp(list);
    finished = true;
    if (stopping.reason === 'shutdown') markDisrupted(node.store, pod, shutdownMessage);
    publish();
    stopping.settle();
  }

  function sourceChanged(resource: 'secrets' | 'configmaps', { metadata }: KubernetesObject): void {
    if (!sandboxReady || finished || metadata.namespace !== identity.namespace) return;
    if (!readsVolume(pod, resource, metadata.name)) return;
    try {
      prepareVolumes(node.store, pod, directories.volumes);
    } catch (error) {
      const message = (error as Error).message;
      node.recordEvent({ object: pod, type: 'Warning', reason: 'FailedMount', message, component: 'kubelet' });
    }
  }

  return { stopping, sourceChanged, ended: toTheEnd() };
}

/** A pod that was stopped before a container came to start says so of it. */
function giveUp(statuses: ContainerStatus[]): void {
  for (const [index, status] of statuses.entries()) {
    if (!status.state.terminated) statuses[index] = { ...status, ready: false, started: false, state: unlocated };
  }
}
