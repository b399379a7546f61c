import { createClient } from '../../src/client/client.js';
import type { FollowNeeds } from './trials.js';

/** Follows an experiment's trials with GLADOS' own client, which brings all of it along. @returns what ends it */
export function followTrials({ experimentId, onChange, onError, ...options }: FollowNeeds): () => void {
  const client = createClient(options);
  const { store } = client.trialsChanged({ experimentId });
  store.subscribe(() => {
    const { trials, synced, error } = store.getSnapshot();
    if (error) onError(error);
    else if (synced) onChange(trials);
  });
  return () => void client[Symbol.asyncDispose]();
}
