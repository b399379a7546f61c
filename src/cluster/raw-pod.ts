import type { KubernetesObject } from './objects.js';
import type { RawCondition } from './to-job.js';

/** The parts of core/v1 Pod that are read. */
export interface RawPod extends KubernetesObject {
  readonly spec?: RawPodSpec;
  readonly status?: RawPodStatus;
}

export interface RawPodSpec {
  readonly nodeName?: string;
  readonly restartPolicy?: string;
  readonly schedulerName?: string;
  readonly activeDeadlineSeconds?: number;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly initContainers?: readonly RawContainer[];
  readonly containers?: readonly RawContainer[];
}

export interface RawContainer {
  readonly name: string;
  readonly image?: string;
  /** `Always` makes an init container a sidecar. */
  readonly restartPolicy?: string;
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
}

export interface RawPodStatus {
  readonly phase?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly startTime?: string;
  readonly conditions?: readonly RawCondition[];
  readonly initContainerStatuses?: readonly RawContainerStatus[];
  readonly containerStatuses?: readonly RawContainerStatus[];
}

export interface RawContainerStatus {
  readonly name: string;
  readonly image?: string;
  readonly ready?: boolean;
  readonly started?: boolean | null;
  readonly restartCount?: number;
  readonly state?: RawState;
  readonly lastState?: RawState;
}

/** At most one of the three; none means waiting. */
export interface RawState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string | null };
  readonly terminated?: RawTermination;
}

export interface RawTermination {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly startedAt?: string | null;
  readonly finishedAt?: string | null;
}
