/** The query of a pod's log, as kubectl logs sends it. */
export interface LogOptions {
  readonly container?: string;
  readonly follow?: boolean;
  readonly timestamps?: boolean;
  readonly tailLines?: number;
  readonly sinceTime?: string;
  readonly sinceSeconds?: number;
  readonly previous?: boolean;
  readonly limitBytes?: number;
}

export type PodLog = AsyncIterable<Buffer> & { cancel(): void };

/** Reads what a pod's container wrote. @throws ApiFailure when there is no such container, or none has run yet */
export type ReadLog = (namespace: string, podName: string, options: LogOptions) => PodLog;
