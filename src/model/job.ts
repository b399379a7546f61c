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
  readonly conditions: readonly Condition[];
}
