import type { Experiment } from '../../../model/experiment.js';
import { experimentFilter } from '../../experiment-filter.js';
import type { SubscriptionResolvers } from '../../generated/resolvers.js';
import { envelope, sharedSet, type Message } from '../../set-messages.js';

export const experimentsChanged: NonNullable<SubscriptionResolvers['experimentsChanged']> = {
  subscribe: async (_parent, { filter, ...how }, context) =>
    sharedSet(context, how, await context.live.experimentsChanged(experimentFilter(filter))),
  resolve: (message: Message<{ experiments: Experiment }>) => ({
    ...envelope(message),
    experiments: [...message.changed.experiments],
  }),
};
