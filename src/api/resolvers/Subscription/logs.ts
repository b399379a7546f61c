import type { SubscriptionResolvers } from '../../generated/resolvers.js';
import type { LogMessage } from '../../logs/log-reader.js';

export const logs: NonNullable<SubscriptionResolvers['logs']> = {
  subscribe: (_parent, { experimentId, podId, trialIndex, follow, tail, after }, context) =>
    context.logs.open({
      experimentId,
      follow: follow ?? true,
      ...(podId == null ? {} : { podId }),
      ...(trialIndex == null ? {} : { trialIndex }),
      ...(tail == null ? {} : { tail }),
      ...(after == null ? {} : { after }),
    }),
  resolve: ({ lines, ...rest }: LogMessage) => ({ ...rest, lines: [...lines] }),
};
