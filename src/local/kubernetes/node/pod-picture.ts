import type { ContainerStatus } from './pod.js';

/** What the node knows of a pod it runs. */
export interface PodPicture {
  readonly initContainers: readonly ContainerStatus[];
  readonly containers: readonly ContainerStatus[];
  /** Whether the pod's directories and volumes stand. */
  readonly sandboxReady: boolean;
  /** Whether no container of the pod runs any more or will run again. */
  readonly finished: boolean;
  /** Set when the pod was ended for a reason of its own: DeadlineExceeded, Terminated. */
  readonly ending?: { readonly reason: string; readonly message: string } | undefined;
}
