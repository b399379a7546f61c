import type { Commands } from '../commands/commands.js';
import type { Viewer } from '../model/viewer.js';
import type { Experiments } from '../store/experiments.js';
import type { Files } from '../store/files.js';
import type { TrialLogs } from '../store/trial-logs.js';
import type { Trials } from '../store/trials.js';
import type { ClusterState } from './cluster-state.js';
import type { Live } from './live.js';
import type { LogReader } from './logs/log-reader.js';

/** What every resolver of one request is given. */
export interface Context {
  readonly viewer: Viewer;
  readonly commands: Commands;
  readonly store: {
    readonly experiments: Experiments;
    readonly trials: Trials;
    readonly files: Files;
    readonly trialLogs: TrialLogs;
  };
  readonly live: Live;
  readonly logs: LogReader;
  readonly cluster: ClusterState;
  /** Where this API was reached, e.g. http://127.0.0.1:7800: what addresses in answers begin with. */
  readonly baseUrl: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
