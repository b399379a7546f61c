import type { QueryResolvers } from '../../generated/resolvers.js';

export const experiment: NonNullable<QueryResolvers['experiment']> = async (_parent, { id }, { store }) =>
  (await store.experiments.get(id)) ?? null;
