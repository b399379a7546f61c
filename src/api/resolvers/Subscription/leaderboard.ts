import type { Context } from '../../context.js';
import type { SubscriptionResolvers } from '../../generated/resolvers.js';
import type { BoardMessage } from '../../leaderboard/board-stream.js';
import { openLeaderboard, type Subject } from '../../leaderboard/leaderboard.js';

export const leaderboard: NonNullable<SubscriptionResolvers['leaderboard']> = {
  subscribe: (_parent, args, { live }: Context, info) => openLeaderboard(live, args, info),
  resolve: ({ trials, subject: { experiment, objective }, freshness }: BoardMessage<Subject>) => ({
    trials: trials.map((trial) => ({ experiment, trial })),
    objective,
    freshness,
  }),
};
