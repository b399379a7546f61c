import type { Pod } from '../../../model/pod.js';
import type { SubscriptionResolvers } from '../../generated/resolvers.js';
import { envelope, sharedSet, type Message } from '../../set-messages.js';

export const podsChanged: NonNullable<SubscriptionResolvers['podsChanged']> = {
  subscribe: async (_parent, { experimentId, ...how }, context) =>
    sharedSet(context, how, await context.live.podsChanged(experimentId ?? undefined)),
  resolve: (message: Message<{ pods: Pod }>) => ({ ...envelope(message), pods: [...message.changed.pods] }),
};
