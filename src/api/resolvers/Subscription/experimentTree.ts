import type { Tree } from '../../live.js';
import type { Context } from '../../context.js';
import type { SubscriptionResolvers } from '../../generated/resolvers.js';
import { envelope, sharedSet, withExperiment, type Message } from '../../set-messages.js';

export const experimentTree: NonNullable<SubscriptionResolvers['experimentTree']> = {
  subscribe: async (_parent, { id, ...how }, context) => sharedSet(context, how, await context.live.experimentTree(id)),
  resolve: async (message: Message<Tree>, { id }: { id: string }, context: Context) => ({
    ...envelope(message),
    experiment: message.changed.experiments[0] ?? null,
    jobs: [...message.changed.jobs],
    pods: [...message.changed.pods],
    trials: await withExperiment(message.changed.trials, id, context),
  }),
};
