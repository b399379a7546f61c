import type { Trial } from '../../../model/trial.js';
import type { Context } from '../../context.js';
import type { SubscriptionResolvers } from '../../generated/resolvers.js';
import { envelope, withExperiment, type Message } from '../../set-messages.js';

export const trialsChanged: NonNullable<SubscriptionResolvers['trialsChanged']> = {
  subscribe: (_parent, { experimentId, phases, after }, { live }) =>
    live.trialsChanged(experimentId, phases ?? undefined, after ?? undefined),
  resolve: async (
    message: Message<{ trials: Trial }>,
    { experimentId }: { experimentId: string },
    context: Context,
  ) => ({
    ...envelope(message),
    trials: await withExperiment(message.changed.trials, experimentId, context),
  }),
};
