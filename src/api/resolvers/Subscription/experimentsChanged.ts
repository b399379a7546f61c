import type { Experiment } from '../../../model/experiment.js';
import { experimentFilter } from '../../experiment-filter.js';
import type { SubscriptionResolvers } from '../../generated/resolvers.js';
import { envelope, type Message } from '../../set-messages.js';

export const experimentsChanged: NonNullable<SubscriptionResolvers['experimentsChanged']> = {
  subscribe: (_parent, { filter, after }, { live }) =>
    live.experimentsChanged(experimentFilter(filter), after ?? undefined),
  resolve: (message: Message<{ experiments: Experiment }>) => ({
    ...envelope(message),
    experiments: [...message.changed.experiments],
  }),
};
