import type { Trial } from '../../../model/trial.js';
import type { Context } from '../../context.js';
import type { SubscriptionResolvers } from '../../generated/resolvers.js';
import { envelope, sharedSet, withExperiment, type Message } from '../../set-messages.js';

export const trialsChanged: NonNullable<SubscriptionResolvers['trialsChanged']> = {
  subscribe: async (_parent, { experimentId, phases, ...how }, context) =>
    sharedSet(context, how, await context.live.trialsChanged(experimentId, phases ?? undefined)),
  resolve: async (
    message: Message<{ trials: Trial }>,
    { experimentId }: { experimentId: string },
    context: Context,
  ) => ({
    ...envelope(message),
    trials: await withExperiment(message.changed.trials, experimentId, context),
  }),
};
