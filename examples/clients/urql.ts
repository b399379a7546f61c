import { Client, subscriptionExchange } from '@urql/core';
import { connect, resume } from './resume.js';
import type { FollowNeeds, Trial, TrialsChanged } from './trials.js';
import { apply, trialsChanged } from './trials.js';

/** An urql client whose subscriptions resume by themselves; with React, hand it to `<Provider value={client}>`. */
export function createUrqlClient({ url, ...options }: Pick<FollowNeeds, 'url' | 'token' | 'webSocket'>): Client {
  const socket = connect({ url: url.replace(/^http/, 'ws'), ...options });
  return new Client({
    url,
    exchanges: [
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: resume(socket, { query, variables: { ...variables } }, sink as Parameters<typeof resume>[2]),
          }),
        }),
      }),
    ],
  });
}

/** Follows an experiment's trials with urql. @returns what ends it */
export function followTrials({ experimentId, onChange, onError, ...options }: FollowNeeds): () => void {
  const held = new Map<string, Trial>();
  const { unsubscribe } = createUrqlClient(options)
    .subscription<{ trialsChanged: TrialsChanged }>(trialsChanged, { experimentId })
    .subscribe(({ data, error }) => {
      if (error) return onError(error);
      if (!data) return;
      apply(held, data.trialsChanged);
      if (data.trialsChanged.synced) onChange(held);
    });
  return unsubscribe;
}
