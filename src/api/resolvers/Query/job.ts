import type { QueryResolvers } from '../../generated/resolvers.js';

export const job: NonNullable<QueryResolvers['job']> = (_parent, { id }, { live }) => live.jobs.get(id) ?? null;
