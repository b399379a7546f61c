import type { Job } from '../../../model/job.js';
import type { SubscriptionResolvers } from '../../generated/resolvers.js';
import { envelope, type Message } from '../../set-messages.js';

export const jobsChanged: NonNullable<SubscriptionResolvers['jobsChanged']> = {
  subscribe: (_parent, { experimentId, after }, { live }) =>
    live.jobsChanged(experimentId ?? undefined, after ?? undefined),
  resolve: (message: Message<{ jobs: Job }>) => ({ ...envelope(message), jobs: [...message.changed.jobs] }),
};
