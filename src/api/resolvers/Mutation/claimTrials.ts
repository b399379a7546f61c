import type { ClaimedTrial } from '../../../commands/claim-trials.js';
import type { Experiment } from '../../../model/experiment.js';
import type { Claim, MutationResolvers, RunPlan } from '../../generated/resolvers.js';
import { namedValue } from '../../named-value.js';
import { asPayload } from '../../payload.js';
import { runnerOf } from '../../viewer.js';

export const claimTrials: NonNullable<MutationResolvers['claimTrials']> = (
  _parent,
  { input },
  { viewer, commands, baseUrl },
) =>
  asPayload(
    async () => {
      const { experiment, trials } = await commands.claimTrials(runnerOf(viewer), input);
      return { plan: planOf(experiment, baseUrl), claims: trials.map(toClaim) };
    },
    { plan: null, claims: [] },
  );

function toClaim({ settings, ...claim }: ClaimedTrial): Claim {
  return { ...claim, settings: settings.map(({ name, text }) => namedValue(name, text)) };
}

function planOf(experiment: Experiment, baseUrl: string): RunPlan {
  const { id, program, configFormat = 'INI', trialTimeoutSeconds, resultFile, resultRow } = experiment;
  return {
    experimentId: id,
    programName: program.fileName,
    programUrl: `${baseUrl}/files/${program.fileId}`,
    programKind: program.kind,
    executable: program.executable ?? null,
    configFormat,
    command: program.command ? [...program.command] : null,
    trialTimeoutSeconds,
    resultFile,
    resultRow,
    logUrl: `${baseUrl}/experiments/${id}/logs`,
  };
}
