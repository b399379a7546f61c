import type { Trial, TrialPhase, TrialReport } from '../model/trial.js';

const phaseOf = {
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  TIMED_OUT: 'TIMED_OUT',
  RELEASED: 'WAITING',
} as const satisfies Record<TrialReport['outcome'], TrialPhase>;

/** A trial after its claim was reported. A released one waits again, as if it had not been begun. */
export function afterReport(trial: Trial, report: TrialReport, now: string): Trial {
  const { podId, startedAt: claimedAt, ...kept } = trial;
  if (report.outcome === 'RELEASED') return { ...kept, phase: 'WAITING' };
  const startedAt = report.startedAt ?? claimedAt;
  return {
    ...kept,
    phase: phaseOf[report.outcome],
    result: report.result,
    finishedAt: now,
    ...(podId === undefined ? {} : { podId }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(report.exitCode === undefined ? {} : { exitCode: report.exitCode }),
    ...(report.signal === undefined ? {} : { signal: report.signal }),
    ...(report.diagnosis ? { diagnosis: report.diagnosis } : {}),
    ...(report.durationSeconds === undefined ? {} : { durationSeconds: report.durationSeconds }),
  };
}
