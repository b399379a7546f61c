import type { FreshnessResolvers } from '../generated/resolvers.js';

export const Freshness: FreshnessResolvers = {
  asOf: ({ asOf }) => new Date(asOf).toISOString(),
  staleSince: ({ staleSince }) => (staleSince === undefined ? null : new Date(staleSince).toISOString()),
};
