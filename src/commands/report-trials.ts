import { DomainError } from '../model/errors.js';
import type { TrialReport } from '../model/trial.js';
import type { CommandNeeds } from './needs.js';

export interface Reported {
  readonly applied: readonly number[];
  readonly ignored: readonly number[];
}

/**
 * Takes what came of claimed trials. Logs are kept first, so that a trial that
 * has ended has its log.
 *
 * @throws DomainError ARGUMENT_INVALID
 */
export function reportTrials({ claims, trialLogs, now }: Pick<CommandNeeds, 'claims' | 'trialLogs' | 'now'>) {
  return async (experimentId: string, podUid: string, reports: readonly TrialReport[]): Promise<Reported> => {
    if (reports.length > 1000) {
      throw new DomainError({
        code: 'ARGUMENT_INVALID',
        message: `At most 1000 reports at once; these are ${reports.length}.`,
        field: ['reports'],
      });
    }
    await trialLogs.keep(
      experimentId,
      reports.flatMap(({ index, attempt, log }) => (log === undefined ? [] : [{ index, attempt, text: log }])),
    );
    const at = new Date(now()).toISOString();
    const applied = reports.length === 0 ? [] : await claims.report(experimentId, podUid, reports, at);
    const taken = new Set(applied);
    return { applied, ignored: reports.map((report) => report.index).filter((index) => !taken.has(index)) };
  };
}
