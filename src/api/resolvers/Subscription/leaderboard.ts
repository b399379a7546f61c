import type { SubscriptionResolvers } from '../../generated/resolvers.js';
import type { BoardMessage } from '../../leaderboard/board-stream.js';
import { openLeaderboard, type Subject } from '../../leaderboard/leaderboard.js';

export const leaderboard: NonNullable<SubscriptionResolvers['leaderboard']> = {
  subscribe: (_parent, args, context) => openLeaderboard(args, context),
  resolve: ({ changed: { trials }, subject: { experiment, objective }, freshness }: BoardMessage<Subject>) => ({
    trials: trials.map((trial) => ({ experiment, trial })),
    objective,
    freshness,
  }),
};
