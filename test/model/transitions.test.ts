import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Diagnosis } from '../../src/model/diagnosis.js';
import { DomainError } from '../../src/model/errors.js';
import type { Experiment, ExperimentPhase, TrialCounts } from '../../src/model/experiment.js';
import { endedTrials } from '../../src/model/experiment.js';
import type { TrialPhase } from '../../src/model/trial.js';
import * as law from '../../src/model/transitions.js';
import { experimentOf } from './experiments.js';

const now = '2026-11-25T10:00:00.000Z';
const later = '2026-11-25T11:00:00.000Z';
const jobFailed: Diagnosis = { code: 'JOB_FAILED', message: 'The Job failed.', evidence: [] };
const sum = (counts: TrialCounts): number => counts.waiting + counts.running + endedTrials(counts);
const counts = (total: number, changes: Partial<TrialCounts>): TrialCounts => ({
  ...law.countsFor(total),
  waiting: 0,
  ...changes,
});

describe('counts', () => {
  const phases: TrialPhase[] = ['WAITING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'CANCELLED'];

  it('always sum to the total, whatever happens in whatever order', () => {
    const step = fc.tuple(fc.constantFrom(...phases), fc.constantFrom(...phases), fc.nat(5));
    const event = fc.constantFrom('trials', 'cancel', 'gone', 'job');
    fc.assert(
      fc.property(fc.nat(20), fc.array(fc.tuple(step, event)), (total, happenings) => {
        let experiment = experimentOf({ counts: law.countsFor(total) });
        for (const [[from, to, n], what] of happenings) {
          experiment = happen(experiment, what, [from, to, n]);
          expect(sum(experiment.counts)).toBe(total);
          expect(Math.min(...Object.values(experiment.counts))).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('refuse to lose a trial that is not there', () => {
    expect(() => law.withTransition(law.countsFor(3), 'RUNNING', 'FAILED')).toThrow(RangeError);
    expect(() => law.withTransition(law.countsFor(3), 'WAITING', 'RUNNING', 4)).toThrow(RangeError);
    expect(() => law.withTransition(law.countsFor(3), 'WAITING', 'RUNNING', -1)).toThrow(RangeError);
  });

  it('stay as they are when a trial stays where it is', () => {
    expect(law.withTransition(law.countsFor(3), 'WAITING', 'WAITING', 2)).toEqual(law.countsFor(3));
  });
});

function happen(experiment: Experiment, what: string, [from, to, n]: [TrialPhase, TrialPhase, number]): Experiment {
  if (what === 'gone') return law.afterJobGone(experiment, now);
  if (what === 'job') return law.failedByJob(experiment, jobFailed, now);
  const finished = law.untouchedPhase(experiment) === 'CANCELLED' || experiment.phase === 'SUCCEEDED';
  if (what === 'cancel') return finished ? experiment : law.cancelled(experiment);
  try {
    return law.afterTrials(experiment, law.withTransition(experiment.counts, from, to, n), now);
  } catch (error) {
    if (error instanceof RangeError) return experiment;
    throw error;
  }
}

describe('an experiment', () => {
  it('runs from the first claim on', () => {
    const queued = experimentOf({ counts: law.countsFor(3) });
    const claimed = law.afterTrials(queued, law.withTransition(queued.counts, 'WAITING', 'RUNNING'), now);
    expect(claimed).toMatchObject({ phase: 'RUNNING', startedAt: now, counts: { waiting: 2, running: 1 } });
    const next = law.afterTrials(claimed, law.withTransition(claimed.counts, 'WAITING', 'RUNNING'), later);
    expect(next).toMatchObject({ phase: 'RUNNING', startedAt: now });
  });

  it('stays queued until then', () => {
    const queued = experimentOf({ counts: law.countsFor(3) });
    expect(law.afterTrials(queued, queued.counts, now)).toEqual(queued);
  });

  it('goes on running when a claim returns to the queue', () => {
    const running = experimentOf({ phase: 'RUNNING', startedAt: now, counts: counts(3, { waiting: 2, running: 1 }) });
    const back = law.afterTrials(running, law.withTransition(running.counts, 'RUNNING', 'WAITING'), later);
    expect(back).toMatchObject({ phase: 'RUNNING', startedAt: now, counts: { waiting: 3 } });
  });

  it('succeeds when every trial did', () => {
    const diagnosis = { code: 'CLUSTER_UNREACHABLE', message: 'Silent.', evidence: [] } as const;
    const running = experimentOf({ phase: 'RUNNING', startedAt: now, diagnosis });
    const done = law.afterTrials(running, counts(19, { succeeded: 19 }), later);
    expect(done).toMatchObject({ phase: 'SUCCEEDED', finishedAt: later });
    expect(done.diagnosis).toBeUndefined();
  });

  it.each([
    [{ succeeded: 16, failed: 2, timedOut: 1 }, '3 of 19 trials did not succeed: 2 failed, 1 timed out.'],
    [{ succeeded: 18, failed: 1 }, '1 of 19 trials did not succeed: 1 failed.'],
    [{ timedOut: 19 }, '19 of 19 trials did not succeed: 19 timed out.'],
  ])('fails when one did not, and says what came of them: %p', (changes, message) => {
    const done = law.afterTrials(experimentOf({ phase: 'RUNNING' }), counts(19, changes), later);
    expect(done).toMatchObject({ phase: 'FAILED', finishedAt: later, diagnosis: { code: 'TRIALS_FAILED', message } });
  });

  it('says the same when told twice', () => {
    const done = law.afterTrials(experimentOf({ phase: 'RUNNING' }), counts(2, { succeeded: 1, failed: 1 }), now);
    expect(law.afterTrials(done, done.counts, later)).toEqual(done);
  });

  it('that is cancelled keeps its results and closes all open trials', () => {
    const running = experimentOf({ phase: 'RUNNING', counts: counts(9, { waiting: 4, running: 2, succeeded: 3 }) });
    const stopping = law.cancelled(running);
    expect(stopping).toMatchObject({ phase: 'CANCELLING', counts: counts(9, { succeeded: 3, cancelled: 6 }) });
    expect(law.cancelled(stopping)).toEqual(stopping);
    expect(law.afterTrials(stopping, stopping.counts, now)).toEqual(stopping);
    expect(law.failedByJob(stopping, jobFailed, now)).toEqual(stopping);
    expect(law.afterJobGone(stopping, later)).toMatchObject({ phase: 'CANCELLED', finishedAt: later });
  });

  it.each<ExperimentPhase>(['SUCCEEDED', 'FAILED', 'CANCELLED'])('that is %s cannot be cancelled or fail', (phase) => {
    const done = experimentOf({ phase });
    expect(() => law.cancelled(done)).toThrow(DomainError);
    expect(law.failedByJob(done, jobFailed, now)).toBe(done);
    expect(law.afterJobGone(done, now)).toBe(done);
  });

  it('whose Job failed says why, and has no open trials', () => {
    const running = experimentOf({ phase: 'RUNNING', counts: counts(9, { waiting: 4, running: 2, succeeded: 3 }) });
    const failed = law.failedByJob(running, jobFailed, later);
    expect(failed).toMatchObject({ phase: 'FAILED', finishedAt: later, diagnosis: jobFailed });
    expect(failed.counts).toEqual(counts(9, { succeeded: 3, cancelled: 6 }));
  });

  it.each<[ExperimentPhase, TrialPhase]>([
    ['QUEUED', 'WAITING'],
    ['RUNNING', 'WAITING'],
    ['CANCELLING', 'CANCELLED'],
    ['CANCELLED', 'CANCELLED'],
    ['FAILED', 'CANCELLED'],
  ])('that is %s has untouched trials that are %s', (phase, trialPhase) => {
    expect(law.untouchedPhase({ phase })).toBe(trialPhase);
  });
});
