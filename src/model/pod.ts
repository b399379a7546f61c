import type { Diagnosis } from './diagnosis.js';
import type { Condition } from './job.js';

export const podPhases = ['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'UNKNOWN'] as const;
export type PodPhase = (typeof podPhases)[number];
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
  /** `Always` for an init container makes it a sidecar. */
  readonly sidecar?: true;
  /** Its limit, as it was written, e.g. 24Mi. */
  readonly memoryLimit?: string;
  /** How it ended before it was started again. */
  readonly last?: Termination;
}

/** An end of a container. `at` is RFC 3339. */
export interface Termination {
  readonly exitCode?: number;
  readonly signal?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly at?: string;
}

/** A Kubernetes pod, trimmed to what anybody looks at: about 0.6 KB instead of 10. `id` is the uid. */
export interface Pod {
  readonly id: string;
  readonly name: string;
  readonly namespace: string;
  readonly experimentId?: string;
  /** Uid of the Job that owns it. */
  readonly jobId?: string;
  /** Name of its Job, from its label: it stays when the Job is gone and its pods are left to themselves. */
  readonly jobName?: string;
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
  /** Whether ended containers are started again in this pod; never when absent. */
  readonly restartPolicy?: 'Always' | 'OnFailure';
  /** What the scheduler looks for on one node. */
  readonly requests?: PodRequests;
  /** Given disktype=nvme and zone=a, return 'disktype=nvme, zone=a'. */
  readonly nodeSelector?: string;
  /** Who places it, when that is not Kubernetes' own scheduler. */
  readonly schedulerName?: string;
  readonly activeDeadlineSeconds?: number;
  readonly conditions: readonly Condition[];
  readonly containers: readonly Container[];
  /** Why it waits or failed; added by control/diagnosis-feed. */
  readonly diagnosis?: Diagnosis;
}

/** The sum over containers; an init container counts when it alone asks for more. */
export interface PodRequests {
  readonly cpus?: number;
  readonly memoryBytes?: number;
}

/** True when nothing of this pod runs any more and nothing will. */
export function hasEnded(pod: Pod): boolean {
  return pod.phase === 'SUCCEEDED' || pod.phase === 'FAILED';
}
