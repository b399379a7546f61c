import { trialId } from '../../model/trial.js';
import type { TrialResolvers } from '../generated/resolvers.js';
import { namedValue } from '../named-value.js';
import { lastLines, textOf } from '../logs/log-text.js';
import { assignmentOf, configOf } from '../spaces.js';

export const Trial: TrialResolvers = {
  id: ({ experiment, trial }) => trialId(experiment.id, trial.index),
  index: ({ trial }) => trial.index,
  attempt: ({ trial }) => trial.attempt,
  phase: ({ trial }) => trial.phase,
  assignment: ({ experiment, trial }) =>
    assignmentOf(experiment, trial.index).map(({ name, text }) => namedValue(name, text)),
  result: ({ trial }) => trial.result.map(([name, value]) => namedValue(name, value)),
  config: ({ experiment, trial }) => configOf(experiment, trial.index),
  exitCode: ({ trial }) => trial.exitCode ?? null,
  signal: ({ trial }) => trial.signal ?? null,
  diagnosis: ({ trial }) => trial.diagnosis ?? null,
  startedAt: ({ trial }) => trial.startedAt ?? null,
  finishedAt: ({ trial }) => trial.finishedAt ?? null,
  durationSeconds: ({ trial }) => trial.durationSeconds ?? null,
  podId: ({ trial }) => trial.podId ?? null,
  earlierAttempts: ({ trial }) =>
    (trial.earlier ?? []).map(
      ({ exitCode = null, signal = null, diagnosis = null, durationSeconds = null, ...rest }) => ({
        ...rest,
        exitCode,
        signal,
        diagnosis,
        durationSeconds,
        startedAt: rest.startedAt ?? null,
        finishedAt: rest.finishedAt ?? null,
      }),
    ),

  async log({ experiment, trial }, { tail, attempt }, { store }) {
    const pieces = await store.trialLogs.read(experiment.id, trial.index, attempt ?? trial.attempt);
    if (!pieces) return null;
    const text = await textOf(pieces);
    return tail == null ? text : lastLines(text, tail);
  },
};
