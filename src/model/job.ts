import type { Diagnosis } from './diagnosis.js';

/** A condition of a Job or pod, as Kubernetes wrote it. `at` is RFC 3339. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly at?: string;
}

/** A Kubernetes Job, trimmed to what anybody looks at. Times are RFC 3339; `id` is the uid. */
export interface Job {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly experimentId?: string;
  /** Trials of its experiment that had ended when it was made. */
  readonly endedTrialsBefore: number;
  /** Retries of its experiment until then. */
  readonly retries: number;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** Told to go; its pods may still be ending. */
  readonly deletedAt?: string;
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly ready: number;
  readonly parallelism: number;
  readonly completions?: number;
  readonly suspended: boolean;
  /** Suspended because its experiment is paused. */
  readonly paused?: true;
  /** Failed attempts that are allowed, over all pods; absent when it counts per index. */
  readonly backoffLimit?: number;
  readonly backoffLimitPerIndex?: number;
  readonly activeDeadlineSeconds?: number;
  /** The controller that makes its pods, when that is not Kubernetes' own. */
  readonly managedBy?: string;
  /** Indexes that failed for good, as Kubernetes writes them, e.g. 1,3-5. */
  readonly failedIndexes?: string;
  /** Rules of podFailurePolicy that look at exit codes, in order. */
  readonly exitRules?: readonly ExitRule[];
  readonly conditions: readonly Condition[];
  /** Why it waits or failed; added by control/diagnosis-feed. */
  readonly diagnosis?: Diagnosis;
}

/** One rule of podFailurePolicy on exit codes; `values` belong to `operator` In or NotIn. */
export interface ExitRule {
  readonly action: string;
  readonly operator: string;
  readonly values: readonly number[];
  readonly containerName?: string;
}
