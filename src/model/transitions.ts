import type { Diagnosis } from './diagnosis.js';
import { endedTrials, isFinished } from './experiment.js';
import type { Experiment, TrialCounts } from './experiment.js';
import { refuseFinished } from './refuse-phase.js';
import type { TrialPhase } from './trial.js';

/** Which count a phase is counted in. */
export const countOf = {
  WAITING: 'waiting',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  CANCELLED: 'cancelled',
} as const satisfies Record<TrialPhase, keyof TrialCounts>;

/** Counts of an experiment none of whose trials has been touched. */
export function countsFor(total: number): TrialCounts {
  return { total, waiting: total, running: 0, succeeded: 0, failed: 0, timedOut: 0, cancelled: 0 };
}

/**
 * Counts after `n` trials went from one phase to another; the sum stays `total`.
 *
 * @throws RangeError when fewer than `n` trials are in `from`: a defect, for counts are rebuilt from trials otherwise.
 */
export function withTransition(counts: TrialCounts, from: TrialPhase, to: TrialPhase, n = 1): TrialCounts {
  if (!Number.isSafeInteger(n) || n < 0 || counts[countOf[from]] < n) {
    throw new RangeError(`${n} trials cannot leave ${from}, where ${counts[countOf[from]]} are.`);
  }
  const left = { ...counts, [countOf[from]]: counts[countOf[from]] - n };
  return { ...left, [countOf[to]]: left[countOf[to]] + n };
}

/**
 * An experiment whose trials now stand as `counts` says.
 *
 * QUEUED becomes RUNNING with the first claim; RUNNING, and PAUSED, ends when every
 * trial has ended. A phase that has ended, or is ending, stays. `version` and `nextIndex`
 * are the store's. Calling it again with the same counts changes nothing.
 *
 * @param now RFC 3339.
 */
export function afterTrials(experiment: Experiment, counts: TrialCounts, now: string): Experiment {
  const started = experiment.phase === 'QUEUED' && counts.waiting < counts.total;
  const current: Experiment = started
    ? { ...experiment, counts, phase: 'RUNNING', startedAt: now }
    : { ...experiment, counts };
  const isOpen = current.phase === 'RUNNING' || current.phase === 'PAUSED';
  if (!isOpen || endedTrials(counts) < counts.total) return current;
  if (counts.succeeded === counts.total) return { ...withoutDiagnosis(current), phase: 'SUCCEEDED', finishedAt: now };
  return { ...current, phase: 'FAILED', finishedAt: now, diagnosis: trialsFailed(counts, now) };
}

/**
 * An experiment that was told to stop: CANCELLING, its open trials CANCELLED. Results stay.
 *
 * Cancelling one that is CANCELLING already changes nothing.
 *
 * @throws DomainError `EXPERIMENT_ALREADY_FINISHED`
 */
export function cancelled(experiment: Experiment): Experiment {
  refuseFinished(experiment);
  return { ...experiment, phase: 'CANCELLING', counts: withoutOpenTrials(experiment.counts) };
}

/** An experiment whose Job and pods are gone: CANCELLING becomes CANCELLED, any other phase stays. `now`: RFC 3339. */
export function afterJobGone(experiment: Experiment, now: string): Experiment {
  if (experiment.phase !== 'CANCELLING') return experiment;
  return { ...withoutDiagnosis(experiment), phase: 'CANCELLED', finishedAt: now };
}

/**
 * An experiment whose Job cannot go on: FAILED with what is known of it, its open trials CANCELLED.
 *
 * One that has finished or is being cancelled stays: nobody waits for its Job any more. `now`: RFC 3339.
 */
export function failedByJob(experiment: Experiment, diagnosis: Diagnosis, now: string): Experiment {
  if (isFinished(experiment) || experiment.phase === 'CANCELLING') return experiment;
  const counts = withoutOpenTrials(experiment.counts);
  return { ...experiment, phase: 'FAILED', finishedAt: now, diagnosis, counts };
}

/** The phase of a trial that nobody has claimed: such trials are not stored. */
export function untouchedPhase(experiment: Pick<Experiment, 'phase' | 'untouchedCancelled'>): TrialPhase {
  if (experiment.untouchedCancelled) return 'CANCELLED';
  return isFinished(experiment) || experiment.phase === 'CANCELLING' ? 'CANCELLED' : 'WAITING';
}

/** What it waited for, or who was silent, does not matter to one that has ended. */
export function withoutDiagnosis({ diagnosis: _diagnosis, ...rest }: Experiment): Experiment {
  return rest;
}

function withoutOpenTrials(counts: TrialCounts): TrialCounts {
  const waitingCancelled = withTransition(counts, 'WAITING', 'CANCELLED', counts.waiting);
  return withTransition(waitingCancelled, 'RUNNING', 'CANCELLED', counts.running);
}

function trialsFailed(counts: TrialCounts, now: string): Diagnosis {
  const parts = [
    counts.failed > 0 ? `${counts.failed} failed` : '',
    counts.timedOut > 0 ? `${counts.timedOut} timed out` : '',
    counts.cancelled > 0 ? `${counts.cancelled} cancelled` : '',
  ].filter((part) => part !== '');
  return {
    code: 'TRIALS_FAILED',
    message: `${counts.total - counts.succeeded} of ${counts.total} trials did not succeed: ${parts.join(', ')}.`,
    hint: 'Look at the trials in phase FAILED or TIMED_OUT: each has its own diagnosis and its log.',
    evidence: [],
    since: now,
  };
}
