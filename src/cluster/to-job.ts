import type { Condition, Job } from '../model/job.js';
import { endedTrialsAnnotation, experimentLabel } from './objects.js';
import type { KubernetesObject } from './objects.js';

/** The parts of batch/v1 Job that are read. */
export interface RawJob extends KubernetesObject {
  readonly spec?: { readonly parallelism?: number; readonly completions?: number; readonly suspend?: boolean };
  readonly status?: {
    readonly active?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly ready?: number;
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly conditions?: readonly RawCondition[];
  };
}

export interface RawCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string | null;
}

/** A batch/v1 Job as it came over the wire, trimmed. Times stay as Kubernetes wrote them: RFC 3339, whole seconds. */
export function toJob(raw: RawJob): Job {
  const { metadata = {}, spec = {}, status = {} } = raw;
  const experimentId = metadata.labels?.[experimentLabel];
  const finishedAt = status.completionTime ?? failedAt(status.conditions);
  return {
    id: metadata.uid ?? '',
    name: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
    ...(experimentId !== undefined && { experimentId }),
    endedTrialsBefore: Number(metadata.annotations?.[endedTrialsAnnotation] ?? 0),
    createdAt: metadata.creationTimestamp ?? '',
    ...(status.startTime !== undefined && { startedAt: status.startTime }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(metadata.deletionTimestamp !== undefined && { deletedAt: metadata.deletionTimestamp }),
    active: status.active ?? 0,
    succeeded: status.succeeded ?? 0,
    failed: status.failed ?? 0,
    ready: status.ready ?? 0,
    parallelism: spec.parallelism ?? 1,
    ...(spec.completions !== undefined && { completions: spec.completions }),
    suspended: spec.suspend ?? false,
    conditions: (status.conditions ?? []).map(toCondition),
  };
}

export function toCondition({ type, status, reason, message, lastTransitionTime: at }: RawCondition): Condition {
  return {
    type,
    status,
    ...(reason !== undefined && reason !== '' && { reason }),
    ...(message !== undefined && message !== '' && { message }),
    ...(at !== undefined && at !== null && { at }),
  };
}

/** `completionTime` is set for successes only. */
function failedAt(conditions: readonly RawCondition[] = []): string | undefined {
  const failed = conditions.find(({ type, status }) => type === 'Failed' && status === 'True');
  return failed?.lastTransitionTime ?? undefined;
}
