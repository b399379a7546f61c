import type { ClusterConnection } from '../cluster/connection.js';
import type { Pod } from '../model/pod.js';
import type { Experiments } from '../store/experiments.js';
import type { TrialLogs } from '../store/trial-logs.js';
import type { Trials } from '../store/trials.js';
import type { LiveStore } from '../stream/live-store.js';

export interface LogReaderNeeds {
  readonly connection: ClusterConnection;
  readonly pods: LiveStore<Pod>;
  readonly experiments: Experiments;
  readonly trials: Trials;
  readonly trialLogs: TrialLogs;
}

export interface LogRequest {
  readonly experimentId: string;
  readonly podId?: string;
  readonly trialIndex?: number;
  readonly follow: boolean;
  readonly tail?: number;
  readonly after?: string;
}

export interface LogLine {
  readonly id: string;
  /** RFC 3339, milliseconds. */
  readonly time: string;
  readonly text: string;
  readonly podId: string;
  readonly container: string;
  readonly trialIndex?: number;
  readonly stream: 'STDOUT' | 'STDERR' | 'RUNNER';
}

export interface LogMessage {
  readonly lines: readonly LogLine[];
  readonly cursor: string;
  readonly gap?: { readonly reason: string; readonly since?: string; readonly until?: string };
  readonly ended: boolean;
}

export interface LogReader {
  open(request: LogRequest): Promise<AsyncIterableIterator<LogMessage>>;
}
