import type { MutationResolvers } from '../../generated/resolvers.js';
import { asPayload } from '../../payload.js';

export const cancelExperiment: NonNullable<MutationResolvers['cancelExperiment']> = (
  _parent,
  { input },
  { commands },
) => asPayload(async () => ({ experiment: await commands.cancelExperiment(input.id) }), { experiment: null });
