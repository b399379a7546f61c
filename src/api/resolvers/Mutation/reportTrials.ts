import type { TrialReport } from '../../../model/trial.js';
import type { MutationResolvers, TrialReportInput } from '../../generated/resolvers.js';
import { badInput } from '../../refusals.js';
import { asPayload } from '../../payload.js';
import { runnerOf } from '../../viewer.js';

export const reportTrials: NonNullable<MutationResolvers['reportTrials']> = (
  _parent,
  { input },
  { viewer, commands },
) =>
  asPayload(
    async () => {
      const done = await commands.reportTrials(runnerOf(viewer), input.podUid, input.reports.map(toReport));
      return { applied: [...done.applied], ignored: [...done.ignored] };
    },
    { applied: [], ignored: [] },
  );

function toReport(input: TrialReportInput): TrialReport {
  const columns = input.resultColumns ?? [];
  const values = input.resultValues ?? [];
  if (columns.length !== values.length) {
    throw badInput(`Trial ${input.index} has ${columns.length} result columns and ${values.length} values.`);
  }
  const { diagnosis } = input;
  return {
    index: input.index,
    attempt: input.attempt,
    outcome: input.outcome,
    result: columns.map((column, place) => [column, values[place] ?? ''] as const),
    ...(input.exitCode == null ? {} : { exitCode: input.exitCode }),
    ...(input.signal == null ? {} : { signal: input.signal }),
    ...(input.startedAt == null ? {} : { startedAt: input.startedAt }),
    ...(input.durationSeconds == null ? {} : { durationSeconds: input.durationSeconds }),
    ...(input.log == null ? {} : { log: input.log }),
    ...(diagnosis
      ? {
          diagnosis: {
            code: diagnosis.code,
            message: diagnosis.message,
            evidence: diagnosis.evidence ?? [],
            ...(diagnosis.hint == null ? {} : { hint: diagnosis.hint }),
          },
        }
      : {}),
  };
}
