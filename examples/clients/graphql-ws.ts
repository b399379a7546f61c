import { connect, resume } from './resume.js';
import type { FollowNeeds, Trial, TrialsChanged } from './trials.js';
import { apply, trialsChanged } from './trials.js';

/** Follows an experiment's trials with graphql-ws alone. @returns what ends it */
export function followTrials({ url, experimentId, onChange, onError, ...options }: FollowNeeds): () => void {
  const held = new Map<string, Trial>();
  const socket = connect({ url: url.replace(/^http/, 'ws'), ...options });
  return resume(
    socket,
    { query: trialsChanged, variables: { experimentId } },
    {
      next: ({ data }) => {
        const change = data?.['trialsChanged'] as TrialsChanged;
        apply(held, change);
        if (change.synced) onChange(held);
      },
      error: onError,
    },
  );
}
