import type { Diagnosis } from './diagnosis.js';

export type TrialPhase = 'WAITING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'CANCELLED';

/** What a claim came to, as far as it has. Times are RFC 3339. */
export interface Attempt {
  readonly attempt: number;
  readonly phase: TrialPhase;
  readonly exitCode?: number;
  readonly signal?: string;
  readonly diagnosis?: Diagnosis;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly durationSeconds?: number;
}

/** A trial that has been touched: claimed at least once. `attempt` counts its claims so far. */
export interface Trial extends Attempt {
  readonly experimentId: string;
  readonly index: number;
  /** How often its pod went away under it. */
  readonly podLosses: number;
  /** Uid of the pod that holds or ended it. */
  readonly podId?: string;
  /** Columns and values of its result row, in the program's order. */
  readonly result: readonly (readonly [column: string, value: string])[];
  /** Of attempts that were run again, oldest first; the newest 20. */
  readonly earlier?: readonly Attempt[];
  /** Grows with every change of any trial of the experiment. */
  readonly version: number;
}

/** What a runner says came of one claim. */
export interface TrialReport {
  readonly index: number;
  readonly attempt: number;
  readonly outcome: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'RELEASED';
  readonly exitCode?: number;
  readonly signal?: string;
  readonly diagnosis?: Diagnosis;
  readonly startedAt?: string;
  readonly durationSeconds?: number;
  readonly result: readonly (readonly [column: string, value: string])[];
  readonly log?: string;
}

/** Phases that a trial leaves no more, unless it is asked to run again. */
export const endedTrialPhases: readonly TrialPhase[] = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'CANCELLED'];

/** A trial's id for clients: unique over experiments, and readable. */
export function trialId(experimentId: string, index: number): string {
  return `${experimentId}-${index}`;
}

/** How often a trial may lose its pod before it is given up. */
export const podLossLimit = 5;
