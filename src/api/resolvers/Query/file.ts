import type { QueryResolvers } from '../../generated/resolvers.js';

export const file: NonNullable<QueryResolvers['file']> = async (_parent, { id }, { store }) =>
  (await store.files.get(id)) ?? null;
