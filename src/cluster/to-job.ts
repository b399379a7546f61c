import type { Condition, ExitRule, Job } from '../model/job.js';
import { endedTrialsAnnotation, experimentLabel, pausedAnnotation, retriesAnnotation } from './objects.js';
import type { KubernetesObject } from './objects.js';

/** The parts of batch/v1 Job that are read. */
export interface RawJob extends KubernetesObject {
  readonly spec?: {
    readonly parallelism?: number;
    readonly completions?: number;
    readonly suspend?: boolean;
    readonly backoffLimit?: number;
    readonly backoffLimitPerIndex?: number;
    readonly activeDeadlineSeconds?: number;
    readonly managedBy?: string;
    readonly podFailurePolicy?: { readonly rules?: readonly RawRule[] };
  };
  readonly status?: {
    readonly active?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly ready?: number;
    readonly failedIndexes?: string;
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly conditions?: readonly RawCondition[];
  };
}

interface RawRule {
  readonly action?: string;
  readonly onExitCodes?: {
    readonly containerName?: string | null;
    readonly operator?: string;
    readonly values?: readonly number[];
  };
}

const ownController = 'kubernetes.io/job-controller';

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
  const { backoffLimit, backoffLimitPerIndex, activeDeadlineSeconds, managedBy } = spec;
  const exitRules = (spec.podFailurePolicy?.rules ?? []).flatMap(toExitRule);
  const finishedAt = status.completionTime ?? failedAt(status.conditions);
  return {
    id: metadata.uid ?? '',
    name: metadata.name ?? '',
    namespace: metadata.namespace ?? '',
    ...(experimentId !== undefined && { experimentId }),
    endedTrialsBefore: Number(metadata.annotations?.[endedTrialsAnnotation] ?? 0),
    retries: Number(metadata.annotations?.[retriesAnnotation] ?? 0),
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
    ...(metadata.annotations?.[pausedAnnotation] !== undefined && { paused: true as const }),
    ...(backoffLimit !== undefined && backoffLimitPerIndex === undefined && { backoffLimit }),
    ...(backoffLimitPerIndex !== undefined && { backoffLimitPerIndex }),
    ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
    ...(managedBy !== undefined && managedBy !== ownController && { managedBy }),
    ...(present(status.failedIndexes) && { failedIndexes: status.failedIndexes }),
    ...(exitRules.length > 0 && { exitRules }),
    conditions: (status.conditions ?? []).map(toCondition),
  };
}

export function toCondition({ type, status, reason, message, lastTransitionTime: at }: RawCondition): Condition {
  const condition: { -readonly [Name in keyof Condition]: Condition[Name] } = {
    type: type ?? '',
    status: status ?? '',
  };
  if (present(at)) condition.at = at;
  if (present(reason)) condition.reason = reason;
  if (present(message)) condition.message = message;
  return condition;
}

/** `completionTime` is set for successes only. */
function failedAt(conditions: readonly RawCondition[] = []): string | undefined {
  const failed = conditions.find(({ type, status }) => type === 'Failed' && status === 'True');
  return failed?.lastTransitionTime ?? undefined;
}

function toExitRule({ action = '', onExitCodes }: RawRule): ExitRule[] {
  if (!onExitCodes) return [];
  const { operator = 'In', values = [], containerName } = onExitCodes;
  return [{ action, operator, values, ...(present(containerName) && { containerName }) }];
}

export function present(text: string | null | undefined): text is string {
  return text !== undefined && text !== null && text !== '';
}
