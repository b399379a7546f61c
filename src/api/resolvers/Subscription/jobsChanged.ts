import type { Job } from '../../../model/job.js';
import type { SubscriptionResolvers } from '../../generated/resolvers.js';
import { envelope, sharedSet, type Message } from '../../set-messages.js';

export const jobsChanged: NonNullable<SubscriptionResolvers['jobsChanged']> = {
  subscribe: async (_parent, { experimentId, ...how }, context) =>
    sharedSet(context, how, await context.live.jobsChanged(experimentId ?? undefined)),
  resolve: (message: Message<{ jobs: Job }>) => ({ ...envelope(message), jobs: [...message.changed.jobs] }),
};
