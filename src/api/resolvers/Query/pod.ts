import type { QueryResolvers } from '../../generated/resolvers.js';

export const pod: NonNullable<QueryResolvers['pod']> = (_parent, { id }, { live }) => live.pods.get(id) ?? null;
