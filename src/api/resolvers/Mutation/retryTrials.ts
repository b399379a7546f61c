import type { MutationResolvers } from '../../generated/resolvers.js';
import { asPayload } from '../../payload.js';

export const retryTrials: NonNullable<MutationResolvers['retryTrials']> = (
  _parent,
  { input: { id, indices } },
  { commands },
) => asPayload(() => commands.retryTrials(id, indices ?? undefined), { experiment: null, retried: 0 });
