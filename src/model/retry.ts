import { DomainError } from './errors.js';
import { isFinished, type Experiment, type TrialCounts } from './experiment.js';
import { refuseStopping } from './refuse-phase.js';
import { withoutDiagnosis, withTransition } from './transitions.js';
import type { Attempt, Trial, TrialPhase } from './trial.js';
import { unarchived } from './verbs.js';

/** Phases that a trial may leave to be run again. */
export const retriablePhases = ['FAILED', 'TIMED_OUT', 'CANCELLED'] as const satisfies readonly TrialPhase[];

/** How many ended attempts a trial remembers. */
const remembered = 20;

/** A trial that waits to be run again: what came of it so far is its newest earlier attempt, pods that it lost count no more. */
export function retriedTrial(trial: Trial): Trial {
  const { experimentId, index, attempt, version, earlier = [], ...outcome } = trial;
  const { podId: _pod, podLosses: _losses, result: _result, ...ended } = outcome;
  const last: Attempt = { attempt, ...ended };
  // One that was cancelled while it waited has been told already.
  const told = earlier.at(-1)?.attempt === attempt ? earlier : [...earlier, last].slice(-remembered);
  return { experimentId, index, attempt, version, phase: 'WAITING', podLosses: 0, result: [], earlier: told };
}

/**
 * An experiment some of whose ended trials wait again. When it had ended it goes on, with a new Job.
 *
 * @param phases Of the trials that wait again, one entry for each: those that were claimed once.
 * @param untouchedToo Whether trials that nobody ever claimed wait again too, where they are CANCELLED.
 * @throws DomainError EXPERIMENT_STOPPING, TRIALS_NOT_RETRIABLE when there is none
 */
export function retried(experiment: Experiment, phases: readonly TrialPhase[], untouchedToo: boolean): Experiment {
  refuseStopping(experiment);
  const untouched = experiment.counts.total - experiment.nextIndex;
  const wereCancelled = untouched > 0 && (isFinished(experiment) || experiment.untouchedCancelled === true);
  const back = wereCancelled && untouchedToo ? untouched : 0;
  if (phases.length + back === 0) {
    const message = 'No trial of the experiment has failed, timed out or been cancelled.';
    throw new DomainError({ code: 'TRIALS_NOT_RETRIABLE', message, field: ['id'] });
  }
  const counts = phases.reduce<TrialCounts>((sum, phase) => withTransition(sum, phase, 'WAITING'), experiment.counts);
  const { untouchedCancelled: _untouched, finishedAt: _finished, ...rest } = unarchived(withoutDiagnosis(experiment));
  const next: Experiment = {
    ...rest,
    counts: withTransition(counts, 'CANCELLED', 'WAITING', back),
    ...(wereCancelled && !untouchedToo ? { untouchedCancelled: true } : {}),
  };
  if (!isFinished(experiment)) return next;
  const phase = next.startedAt === undefined ? 'QUEUED' : 'RUNNING';
  return { ...next, phase, retries: (experiment.retries ?? 0) + 1 };
}

/** @throws DomainError TRIAL_INDEX_OUT_OF_RANGE, TRIALS_NOT_RETRIABLE with the path to the first index that cannot be run again */
export function refuseIndices(
  experiment: Experiment,
  indices: readonly number[],
  phaseOf: (index: number) => TrialPhase | undefined,
): void {
  refuseStopping(experiment);
  for (const [at, index] of indices.entries()) {
    const field = ['indices', String(at)];
    if (index >= experiment.counts.total) {
      const message = `The experiment has trials 0 to ${experiment.counts.total - 1}; ${index} is none of them.`;
      throw new DomainError({ code: 'TRIAL_INDEX_OUT_OF_RANGE', message, field });
    }
    const phase = phaseOf(index);
    if (retriablePhases.some((one) => one === phase)) continue;
    const message =
      phase === undefined
        ? `Trial ${index} was never started: it runs again with all others, not by itself.`
        : `Trial ${index} is ${phase}.`;
    throw new DomainError({ code: 'TRIALS_NOT_RETRIABLE', message, field });
  }
}
