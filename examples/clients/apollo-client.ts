import { ApolloClient, ApolloLink, gql, InMemoryCache, Observable } from '@apollo/client/core';
import { print } from 'graphql';
import { connect, resume } from './resume.js';
import type { FollowNeeds, Trial, TrialsChanged } from './trials.js';
import { apply, trialsChanged } from './trials.js';

/** An Apollo Client whose subscriptions resume by themselves; `ApolloLink.split` sends queries over HTTP beside it. */
export function createApolloClient({ url, ...options }: Pick<FollowNeeds, 'url' | 'token' | 'webSocket'>): ApolloClient {
  const socket = connect({ url: url.replace(/^http/, 'ws'), ...options });
  const link = new ApolloLink(
    ({ query, variables }) =>
      new Observable((sink) => resume(socket, { query: print(query), variables }, sink as Parameters<typeof resume>[2])),
  );
  return new ApolloClient({ link, cache: new InMemoryCache() });
}

/** Follows an experiment's trials with Apollo Client. @returns what ends it */
export function followTrials({ experimentId, onChange, onError, ...options }: FollowNeeds): () => void {
  const held = new Map<string, Trial>();
  const subscription = createApolloClient(options)
    .subscribe<{ trialsChanged: TrialsChanged }>({
      query: gql(trialsChanged),
      variables: { experimentId },
      // Messages are changes, not states: they are applied here, not merged by the cache.
      fetchPolicy: 'no-cache',
    })
    .subscribe({
      next: ({ data, error }) => {
        if (error) return onError(error);
        if (!data) return;
        apply(held, data.trialsChanged);
        if (data.trialsChanged.synced) onChange(held);
      },
      error: onError,
    });
  return () => subscription.unsubscribe();
}
