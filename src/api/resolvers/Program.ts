import type { ProgramResolvers } from '../generated/resolvers.js';

export const Program: ProgramResolvers = {
  file: async ({ fileId }, _args, { store }) => (await store.files.get(fileId)) ?? null,
};
