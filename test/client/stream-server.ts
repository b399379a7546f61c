import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { graphql } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';

/** One subscription that a client opened: what it asked for, and the means to answer. */
export interface Opened {
  readonly field: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Sends one change. */
  push(change: Record<string, unknown>): void;
  /** Ends the subscription from the server's side. */
  end(): void;
  /** Resolves when the client has left. */
  readonly left: Promise<void>;
}

function nothing(): void {}

/** A queue with one reader, who leaves by `return`. */
function createChannel() {
  const state = { queue: [] as unknown[], ended: false, wake: nothing };
  let leave: () => void = nothing;
  const left = new Promise<void>((resolve) => (leave = resolve));
  const end = (): void => {
    state.ended = true;
    state.wake();
  };
  const iterator: AsyncIterableIterator<unknown> = {
    [Symbol.asyncIterator]: () => iterator,
    next: async () => {
      while (state.queue.length === 0 && !state.ended) await new Promise<void>((resolve) => (state.wake = resolve));
      return state.queue.length > 0 ? { done: false, value: state.queue.shift() } : { done: true, value: undefined };
    },
    return: () => {
      end();
      leave();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  const push = (value: unknown): void => {
    state.queue.push(value);
    state.wake();
  };
  return { iterator, push, end, left };
}

export interface StreamServerOptions {
  /** Returns an error to throw instead of opening a subscription. */
  readonly refuse?: (variables: Record<string, unknown>) => Error | undefined;
  /** Answers to queries and mutations, by field. */
  readonly Query?: Fields;
  readonly Mutation?: Fields;
  /** Answers what is not GraphQL. */
  readonly handle?: (request: IncomingMessage, response: ServerResponse) => void;
}
type Fields = Record<string, (parent: unknown, variables: Record<string, unknown>) => unknown>;

export type StreamServer = Awaited<ReturnType<typeof startStreamServer>>;

/** The contract's schema behind real HTTP and a real graphql-ws server, whose subscriptions are answered by the test. */
export async function startStreamServer({
  refuse = () => undefined,
  Query = {},
  Mutation = {},
  handle,
}: StreamServerOptions = {}) {
  const opened: Opened[] = [];
  const waiting: (() => void)[] = [];
  const sockets = new Set<WebSocket>();

  function subscription(field: string) {
    return {
      subscribe: (_parent: unknown, variables: Record<string, unknown>): AsyncIterable<unknown> => {
        const error = refuse(variables);
        if (error) throw error;
        const { iterator, push, end, left } = createChannel();
        opened.push({ field, variables, push: (change) => push({ [field]: change }), end, left });
        for (const go of waiting.splice(0)) go();
        return iterator;
      },
    };
  }

  const schema = makeExecutableSchema({
    typeDefs: readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'),
    resolvers: {
      Query,
      Mutation,
      Parameter: { __resolveType: () => 'IntegerParameter' },
      Subscription: {
        experimentTree: subscription('experimentTree'),
        podsChanged: subscription('podsChanged'),
        leaderboard: subscription('leaderboard'),
        logs: subscription('logs'),
      },
    },
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url !== '/graphql') return handle?.(request, response);
    const { query, variables } = JSON.parse(await text(request)) as {
      query: string;
      variables: Record<string, unknown>;
    };
    response.end(JSON.stringify(await graphql({ schema, source: query, variableValues: variables })));
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(500).end(error.stack));
  });
  const webSockets = new WebSocketServer({ server, path: '/graphql' });
  webSockets.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const protocol = useServer({ schema }, webSockets);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/graphql`,
    opened,
    sockets,
    /** Resolves to the subscription number `index` (from 0), once a client has opened it. */
    async subscriptionAt(index: number): Promise<Opened> {
      for (;;) {
        const found = opened[index];
        if (found) return found;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    /** Settles when no client holds a socket any more. */
    async allSocketsClosed(): Promise<void> {
      await Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    },
    /** Cuts every connection, without a close frame. */
    cut(): void {
      for (const socket of sockets) socket.terminate();
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await protocol.dispose();
      for (const socket of sockets) socket.terminate();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export const freshness = { asOf: '2026-11-25T09:11:55.000Z', staleSince: null, reason: null };

/** A change of podsChanged that only moves the cursor. */
export function podChange(cursor: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { reset: false, synced: true, cursor, freshness, pods: [], gone: [], ...more };
}
