import type { QueryResolvers } from '../../generated/resolvers.js';

export const previewExperiment: NonNullable<QueryResolvers['previewExperiment']> = (_parent, { input }, { commands }) =>
  commands.previewExperiment(input);
