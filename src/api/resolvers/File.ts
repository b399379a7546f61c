import type { FileResolvers } from '../generated/resolvers.js';

export const File: FileResolvers = { url: ({ id }, _args, { baseUrl }) => `${baseUrl}/files/${id}` };
