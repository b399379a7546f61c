import type { MutationResolvers } from '../../generated/resolvers.js';
import { asPayload, toWarning } from '../../payload.js';
import { ownerOf } from '../../viewer.js';

export const submitExperiment: NonNullable<MutationResolvers['submitExperiment']> = (
  _parent,
  { input },
  { viewer, commands },
) =>
  asPayload(
    async () => {
      const submitted = await commands.submitExperiment(ownerOf(viewer), input, input.idempotencyKey ?? undefined);
      return { experiment: submitted.experiment, warnings: submitted.warnings.map(toWarning) };
    },
    { experiment: null, warnings: [] },
  );
