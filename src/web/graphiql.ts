import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { defaultTabs } from './default-tabs.js';

/** GraphiQL against the server that the page came from: queries by POST, subscriptions over the WebSocket at the same path. */
function open(page: Element): void {
  const url = new URL('/graphql', location.href);
  const subscriptionUrl = new URL(url);
  subscriptionUrl.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const fetcher = createGraphiQLFetcher({ url: url.href, subscriptionUrl: subscriptionUrl.href });
  createRoot(page).render(createElement(GraphiQL, { fetcher, defaultTabs, shouldPersistHeaders: false }));
}

const page = document.querySelector('#page');
if (page) open(page);
