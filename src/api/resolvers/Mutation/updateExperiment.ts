import type { MutationResolvers } from '../../generated/resolvers.js';
import { asPayload } from '../../payload.js';

export const updateExperiment: NonNullable<MutationResolvers['updateExperiment']> = (
  _parent,
  { input: { id, ...naming } },
  { commands },
) => asPayload(async () => ({ experiment: await commands.updateExperiment(id, naming) }), { experiment: null });
