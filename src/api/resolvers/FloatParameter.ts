import type { FloatParameterResolvers } from '../generated/resolvers.js';

export const FloatParameter: FloatParameterResolvers = { scale: ({ scale }) => scale ?? 'LINEAR' };
