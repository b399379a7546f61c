import type { JobResolvers } from '../generated/resolvers.js';

export const Job: JobResolvers = {
  pods: ({ id }, _args, { live }) => [...live.pods.values()].filter((pod) => pod.jobId === id),
};
