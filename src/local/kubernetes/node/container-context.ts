import type { RecordEvent } from '../controllers/record-event.js';
import type { ObjectStore } from '../objects.js';
import type { PodDirectories } from './container-program.js';
import type { ImageProgram } from './images.js';
import type { LogFile } from './log-file.js';
import type { Container, ContainerStatus, Pod } from './pod.js';
import type { ProcessLedger } from './process-ledger.js';
import type { Stopping } from './stopping.js';

/** What a container needs of its node. */
export interface NodeNeeds {
  readonly store: ObjectStore;
  readonly images: Readonly<Record<string, ImageProgram>>;
  readonly ledger: ProcessLedger;
  readonly recordEvent: RecordEvent;
  /** Logs that are being written, by container id. */
  readonly liveLogs: Map<string, LogFile>;
  readonly path: string;
  readonly graceScale: number;
}

export interface ContainerRun extends NodeNeeds {
  readonly pod: Pod;
  readonly container: Container;
  readonly isInit: boolean;
  readonly directories: PodDirectories;
  readonly stopping: Stopping;
  /** The status as it stands; `report` replaces it and publishes the pod. */
  readonly status: () => ContainerStatus;
  readonly report: (change: Partial<ContainerStatus>) => void;
}

/** Notes an event of this container. */
export function happened(run: ContainerRun, type: 'Normal' | 'Warning', reason: string, message: string): void {
  const fieldPath = `spec.${run.isInit ? 'initContainers' : 'containers'}{${run.container.name}}`;
  run.recordEvent({ object: run.pod, type, reason, message, component: 'kubelet', fieldPath });
}
