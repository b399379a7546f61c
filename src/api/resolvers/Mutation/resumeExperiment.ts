import type { MutationResolvers } from '../../generated/resolvers.js';
import { asPayload } from '../../payload.js';

export const resumeExperiment: NonNullable<MutationResolvers['resumeExperiment']> = (
  _parent,
  { input },
  { commands },
) => asPayload(async () => ({ experiment: await commands.resumeExperiment(input.id) }), { experiment: null });
