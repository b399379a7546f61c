import type { Diagnosis } from './diagnosis.js';
import type { Objective } from './objective.js';
import type { Parameter, Sampling } from './parameter.js';

export const experimentPhases = [
  'QUEUED',
  'RUNNING',
  'PAUSED',
  'CANCELLING',
  'CANCELLED',
  'SUCCEEDED',
  'FAILED',
] as const;
export type ExperimentPhase = (typeof experimentPhases)[number];
export type ProgramKind = 'AUTO' | 'PYTHON' | 'JAVA' | 'BINARY' | 'NODE' | 'SHELL';

/** What is run for every trial. */
export interface Program {
  readonly fileId: string;
  readonly fileName: string;
  readonly kind: ProgramKind;
  /** Path inside a zip. */
  readonly executable?: string;
  /** Replaces how it is started; the configuration file's path is appended. */
  readonly command?: readonly string[];
  /** A container image of the user's own, in place of the runner image. */
  readonly image?: string;
}

/** Kubernetes quantities for one worker. */
export interface Resources {
  readonly cpu?: string;
  readonly memory?: string;
}

/** total = waiting + running + succeeded + failed + timedOut + cancelled. */
export interface TrialCounts {
  readonly total: number;
  readonly waiting: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly timedOut: number;
  readonly cancelled: number;
}

/** What was asked for: fixed from the submission on. */
export interface ExperimentSpec {
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly program: Program;
  /** Slowest first. */
  readonly parameters: readonly Parameter[];
  readonly sampling: Sampling;
  readonly constants: string;
  /** INI when absent. */
  readonly configFormat?: 'YAML' | 'JSON';
  readonly trialTimeoutSeconds: number;
  readonly resultFile: string;
  readonly resultRow: number;
  /** Absent: its trials are not ranked. */
  readonly objective?: Objective;
  readonly workers: number;
  readonly resources: Resources;
}

/** An experiment and where it stands. Times are RFC 3339, UTC, milliseconds. */
export interface Experiment extends ExperimentSpec {
  readonly id: string;
  /** Who submitted it; absent until it is recorded. */
  readonly owner?: string;
  readonly phase: ExperimentPhase;
  readonly diagnosis?: Diagnosis;
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** Set while lists leave it out. */
  readonly archivedAt?: string;
  readonly counts: TrialCounts;
  /** How often trials of it were run again after it had ended; 0 when absent. Each time it gets a new Job. */
  readonly retries?: number;
  /** Trials that nobody ever claimed stay CANCELLED: only others were run again. */
  readonly untouchedCancelled?: true;
  /** Every trial with an index below has been touched, none at or above it. */
  readonly nextIndex: number;
  /** Grows with every change of this experiment or of one of its trials. */
  readonly version: number;
}

const ended: ReadonlySet<ExperimentPhase> = new Set(['CANCELLED', 'SUCCEEDED', 'FAILED']);

/** True when the phase will not change any more by itself. */
export function isFinished(experiment: Pick<Experiment, 'phase'>): boolean {
  return ended.has(experiment.phase);
}

/** Trials that have ended, whatever came of them. */
export function endedTrials(counts: TrialCounts): number {
  return counts.succeeded + counts.failed + counts.timedOut + counts.cancelled;
}
