import type { QueryResolvers } from '../../generated/resolvers.js';

export const cluster: NonNullable<QueryResolvers['cluster']> = (_parent, _args, context) => context.cluster.read();
