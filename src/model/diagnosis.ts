/** Why a Job or a pod waits or failed, as Kubernetes' own objects tell it; docs/diagnosis.md says when each is right. */
export const clusterCodes = [
  'IMAGE_PULL',
  'UNSCHEDULABLE_CPU',
  'UNSCHEDULABLE_MEMORY',
  'UNSCHEDULABLE_OTHER',
  'QUOTA_EXCEEDED',
  'ADMISSION_DENIED',
  'CONFIG_MISSING',
  'VOLUME_PENDING',
  'CONTAINER_CREATING',
  'CRASH_LOOP',
  'OUT_OF_MEMORY',
  'EVICTED',
  'NODE_LOST',
  'PREEMPTED',
  'DEADLINE_EXCEEDED',
  'BACKOFF_EXHAUSTED',
  'PROGRAM_EXIT',
  'PROGRAM_SIGNAL',
  'PROGRAM_NOT_FOUND',
  'JOB_DELETED_OUTSIDE',
  'SUSPENDED',
  'UNKNOWN',
] as const;

export type ClusterCode = (typeof clusterCodes)[number];

export type DiagnosisCode =
  | ClusterCode
  | 'PROGRAM_TIMEOUT'
  | 'RESULT_MISSING'
  | 'RESULT_MALFORMED'
  | 'POD_LOST'
  | 'JOB_FAILED'
  | 'TRIALS_FAILED'
  | 'JOB_REFUSED'
  | 'CLUSTER_UNREACHABLE';

/** Why something failed or waits, and what to do about it. */
export interface Diagnosis {
  readonly code: DiagnosisCode;
  /** One sentence, in the user's terms. */
  readonly message: string;
  readonly hint?: string;
  /** Where it was read: a condition, a container state, an exit. */
  readonly evidence: readonly string[];
  /** RFC 3339. */
  readonly since?: string;
}
