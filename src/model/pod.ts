import type { Condition } from './job.js';

export type PodPhase = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'UNKNOWN';
export type ContainerState = 'WAITING' | 'RUNNING' | 'TERMINATED';

/** One container of a pod, init containers included. Times are RFC 3339. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly init: boolean;
  readonly state: ContainerState;
  readonly ready: boolean;
  readonly restarts: number;
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly signal?: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
}

/** A Kubernetes pod, trimmed to what anybody looks at: about 0.6 KB instead of 10. `id` is the uid. */
export interface Pod {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly experimentId?: string;
  /** Uid of the Job that owns it. */
  readonly jobId?: string;
  readonly completionIndex?: number;
  readonly phase: PodPhase;
  /** What `kubectl get pods` prints, e.g. Init:0/1, CrashLoopBackOff, Completed. */
  readonly status: string;
  readonly nodeName?: string;
  readonly createdAt: string;
  readonly startedAt?: string;
  /** When it was told to go; it may still be ending. */
  readonly deletedAt?: string;
  readonly restarts: number;
  /** `status.reason` and `status.message` of the pod itself, e.g. Evicted. */
  readonly reason?: string;
  readonly message?: string;
  readonly conditions: readonly Condition[];
  readonly containers: readonly Container[];
}

/** True when nothing of this pod runs any more and nothing will. */
export function hasEnded(pod: Pod): boolean {
  return pod.phase === 'SUCCEEDED' || pod.phase === 'FAILED';
}
