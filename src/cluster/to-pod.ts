import type { Container, Pod, PodPhase } from '../model/pod.js';
import { experimentLabel } from './objects.js';
import type { ObjectMeta } from './objects.js';
import { printedPod } from './pod-status.js';
import type { RawContainer, RawContainerStatus, RawPod } from './raw-pod.js';
import { toCondition } from './to-job.js';

const completionIndex = 'batch.kubernetes.io/job-completion-index';

/** A core/v1 Pod as it came over the wire, trimmed: about 0.6 KB instead of 10. */
export function toPod(raw: RawPod): Pod {
  const { metadata = {}, spec = {}, status = {} } = raw;
  const experimentId = metadata.labels?.[experimentLabel];
  const jobId = metadata.ownerReferences?.find(({ kind }) => kind === 'Job')?.uid;
  const index = indexOf(metadata);
  return {
    id: metadata.uid ?? '',
    name: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
    ...(experimentId !== undefined && { experimentId }),
    ...(jobId !== undefined && { jobId }),
    ...(index !== undefined && { completionIndex: index }),
    phase: phaseOf(status.phase),
    ...printedPod(raw),
    ...(present(spec.nodeName) && { nodeName: spec.nodeName }),
    createdAt: metadata.creationTimestamp ?? '',
    ...(status.startTime !== undefined && { startedAt: status.startTime }),
    ...(metadata.deletionTimestamp !== undefined && { deletedAt: metadata.deletionTimestamp }),
    ...(present(status.reason) && { reason: status.reason }),
    ...(present(status.message) && { message: status.message }),
    conditions: (status.conditions ?? []).map(toCondition),
    containers: [
      ...containersOf(spec.initContainers, status.initContainerStatuses, true),
      ...containersOf(spec.containers, status.containerStatuses, false),
    ],
  };
}

function containersOf(
  specs: readonly RawContainer[] = [],
  statuses: readonly RawContainerStatus[] = [],
  init: boolean,
): Container[] {
  return specs.map((spec) =>
    toContainer(
      spec,
      statuses.find(({ name }) => name === spec.name),
      init,
    ),
  );
}

function toContainer(spec: RawContainer, status: RawContainerStatus | undefined, init: boolean): Container {
  const { waiting, running, terminated } = status?.state ?? {};
  const reason = terminated?.reason ?? waiting?.reason;
  const message = terminated?.message ?? waiting?.message;
  const startedAt = terminated?.startedAt ?? running?.startedAt;
  return {
    name: spec.name,
    image: spec.image ?? status?.image ?? '',
    init,
    state: terminated ? 'TERMINATED' : running ? 'RUNNING' : 'WAITING',
    ready: status?.ready ?? false,
    restarts: status?.restartCount ?? 0,
    ...(present(reason) && { reason }),
    ...(present(message) && { message }),
    ...(terminated && { exitCode: terminated.exitCode }),
    ...(terminated?.signal !== undefined && terminated.signal !== 0 && { signal: terminated.signal }),
    ...(present(startedAt) && { startedAt }),
    ...(present(terminated?.finishedAt) && { finishedAt: terminated.finishedAt }),
  };
}

function indexOf({ annotations = {}, labels = {} }: ObjectMeta): number | undefined {
  const text = annotations[completionIndex] ?? labels[completionIndex];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

const phases: Readonly<Record<string, PodPhase>> = {
  Pending: 'PENDING',
  Running: 'RUNNING',
  Succeeded: 'SUCCEEDED',
  Failed: 'FAILED',
};

/** A pod that no kubelet has seen has no phase yet. */
function phaseOf(phase: string | undefined): PodPhase {
  return phase === undefined || phase === '' ? 'PENDING' : (phases[phase] ?? 'UNKNOWN');
}

function present(text: string | null | undefined): text is string {
  return text !== undefined && text !== null && text !== '';
}
