import type { PodResolvers } from '../generated/resolvers.js';

export const Pod: PodResolvers = {
  async trials({ id, experimentId }, _args, { store }) {
    const experiment = experimentId === undefined ? undefined : await store.experiments.get(experimentId);
    if (!experiment) return [];
    return (await store.trials.ofPod(id, 100)).map((trial) => ({ experiment, trial }));
  },
};
