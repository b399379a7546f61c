import type { MutationResolvers } from '../../generated/resolvers.js';
import { asPayload } from '../../payload.js';

export const deleteExperiment: NonNullable<MutationResolvers['deleteExperiment']> = (
  _parent,
  { input },
  { commands },
) => asPayload(async () => ({ deletedId: (await commands.deleteExperiment(input.id)).id }), { deletedId: null });
