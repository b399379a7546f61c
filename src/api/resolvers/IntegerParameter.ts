import type { IntegerParameterResolvers } from '../generated/resolvers.js';

export const IntegerParameter: IntegerParameterResolvers = { scale: ({ scale }) => scale ?? 'LINEAR' };
