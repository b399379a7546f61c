import type { ClusterConnection } from '../../cluster/connection.js';
import type { SharedLogs } from '../../cluster/shared-logs.js';
import type { Pod } from '../../model/pod.js';
import type { Experiments } from '../../store/experiments.js';
import type { PodLogs } from '../../store/pod-logs.js';
import type { TrialLogs } from '../../store/trial-logs.js';
import type { Trials } from '../../store/trials.js';
import type { LiveStore } from '../../stream/live-store.js';
import type { LogPlaces } from './log-cursor.js';
import type { LogQueue } from './log-queue.js';

export interface LogReaderNeeds {
  readonly connection: ClusterConnection;
  /** Follows pods, one connection for all who follow the same. */
  readonly shared: SharedLogs;
  readonly pods: LiveStore<Pod>;
  /** Archives a pod's log as it is written, until the answer is called. */
  readonly archiver: { hold(pod: Pod): () => void };
  readonly podLogs: Pick<PodLogs, 'get' | 'ofExperiment' | 'read' | 'startOfTail'>;
  readonly experiments: Pick<Experiments, 'get'>;
  readonly trials: Pick<Trials, 'get' | 'ofPod' | 'holders'>;
  readonly trialLogs: Pick<TrialLogs, 'read'>;
}

/** What is asked for: the lines of one pod, of one trial, or of a whole experiment. */
export interface LogRequest {
  readonly experimentId: string;
  readonly podId?: string;
  /** With `podId`: only what that pod wrote for this trial. */
  readonly trialIndex?: number;
  /** False: what is there now, then the end. */
  readonly follow: boolean;
  /** Begin so many lines before the end; 0 to 100,000. */
  readonly tail?: number;
  /** The cursor of an earlier message. */
  readonly after?: string;
}

export interface LogTiming {
  /** How long a line waits for others to be sorted with. */
  readonly windowMs: number;
  /** How often it is asked whether a trial or an experiment has ended. */
  readonly pollMs: number;
  /** How long what a program wrote may take from it to the pod's log. */
  readonly settleMs: number;
  /** How long the cluster may take to tell its pods for the first time. */
  readonly patienceMs: number;
  /** Between attempts to read a pod's log. */
  readonly retry: { readonly minMs: number; readonly maxMs: number };
}

/** One subscription while it is being filled. */
export interface LogSession {
  readonly needs: LogReaderNeeds;
  readonly request: LogRequest;
  readonly timing: LogTiming;
  /** Where the subscriber stopped the last time. */
  readonly places: LogPlaces;
  readonly queue: LogQueue;
  /** Aborted when the subscriber has left. */
  readonly signal: AbortSignal;
}
