import type { MutationResolvers } from '../../generated/resolvers.js';
import { asPayload } from '../../payload.js';

export const unarchiveExperiment: NonNullable<MutationResolvers['unarchiveExperiment']> = (
  _parent,
  { input },
  { commands },
) => asPayload(async () => ({ experiment: await commands.unarchiveExperiment(input.id) }), { experiment: null });
