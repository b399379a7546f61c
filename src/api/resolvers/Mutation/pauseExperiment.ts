import type { MutationResolvers } from '../../generated/resolvers.js';
import { asPayload } from '../../payload.js';

export const pauseExperiment: NonNullable<MutationResolvers['pauseExperiment']> = (_parent, { input }, { commands }) =>
  asPayload(async () => ({ experiment: await commands.pauseExperiment(input.id) }), { experiment: null });
