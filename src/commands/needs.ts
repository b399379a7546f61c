import type { JobSettings } from '../cluster/job-settings.js';
import type { Claims } from '../store/claims.js';
import type { Experiments } from '../store/experiments.js';
import type { Files } from '../store/files.js';
import type { TrialLogs } from '../store/trial-logs.js';

/** What the verbs work with. */
export interface CommandNeeds {
  readonly experiments: Experiments;
  readonly claims: Claims;
  readonly files: Files;
  readonly trialLogs: TrialLogs;
  readonly jobSettings: JobSettings;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
