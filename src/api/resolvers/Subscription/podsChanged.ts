import type { Pod } from '../../../model/pod.js';
import type { SubscriptionResolvers } from '../../generated/resolvers.js';
import { envelope, type Message } from '../../set-messages.js';

export const podsChanged: NonNullable<SubscriptionResolvers['podsChanged']> = {
  subscribe: (_parent, { experimentId, after }, { live }) =>
    live.podsChanged(experimentId ?? undefined, after ?? undefined),
  resolve: (message: Message<{ pods: Pod }>) => ({ ...envelope(message), pods: [...message.changed.pods] }),
};
