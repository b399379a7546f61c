import type { MutationResolvers } from '../../generated/resolvers.js';
import { asPayload } from '../../payload.js';

export const archiveExperiment: NonNullable<MutationResolvers['archiveExperiment']> = (
  _parent,
  { input },
  { commands },
) => asPayload(async () => ({ experiment: await commands.archiveExperiment(input.id) }), { experiment: null });
