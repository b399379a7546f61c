import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { useServer } from 'graphql-ws/use/ws';
import pino from 'pino';
import { WebSocket, WebSocketServer } from 'ws';
import { startHttp } from '../../../src/api/http/server.js';
import type { Message } from './raw-socket.js';

const typeDefs = `
  type Query { hello: String! }
  type Subscription { count(to: Int!): Int! forever: Int! }
`;

/** 1 to `to`, then the end; without `to` 1, then nothing. */
function counter(to: number | undefined): AsyncIterableIterator<number> {
  let last = 0;
  let leave: ((result: IteratorResult<number>) => void) | undefined;
  const iterator: AsyncIterableIterator<number> = {
    next() {
      if (last === to) return Promise.resolve({ done: true, value: undefined });
      last += 1;
      if (to !== undefined || last === 1) return Promise.resolve({ done: false, value: last });
      return new Promise((resolve) => (leave = resolve));
    },
    return() {
      leave?.({ done: true, value: undefined });
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

const resolvers = {
  Query: { hello: () => 'hello' },
  Subscription: {
    count: { subscribe: (_parent: unknown, { to }: { to: number }) => counter(to), resolve: (value: number) => value },
    forever: { subscribe: () => counter(undefined), resolve: (value: number) => value },
  },
};

export interface Peer extends AsyncDisposable {
  readonly url: string;
}

export async function startOurs(): Promise<Peer> {
  return startHttp<object>({
    host: '127.0.0.1',
    port: 0,
    typeDefs,
    resolvers,
    contextFor: async ({ authorization }) => ({ authorization }),
    readiness: () => [],
    limits: { initSeconds: 2, subscriptionsPerSocket: 5, messageBytes: 1024 * 1024 },
    logger: pino({ level: 'silent' }),
  });
}

/** graphql-ws as its documentation sets it up. */
export async function startStock(): Promise<Peer> {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, path: '/graphql' });
  const schema = makeExecutableSchema({ typeDefs, resolvers });
  const server = useServer({ schema, connectionInitWaitTimeout: 2_000, onError: () => undefined }, sockets);
  await new Promise<void>((resolve) => void http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      await server.dispose();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

export interface Frame {
  readonly text: string;
  readonly binary?: boolean;
  /** In so many fragments. */
  readonly fragments?: number;
}

/** Among frames: until the server has dealt with those before. */
export const pause = {};

/** Sends frames one behind the other and tells what came back until the server had dealt with all, or closed. */
export async function converse(url: string, frames: readonly (Frame | object)[], protocols = ['graphql-transport-ws']) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocols);
  const heard: Message[] = [];
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const mark = new Promise<undefined>((resolve) => {
    socket.on('message', (text) => {
      const message = JSON.parse(String(text)) as Message;
      if (message.type === 'pong' && (message.payload as { mark?: true } | undefined)?.mark) resolve(undefined);
      else heard.push(message);
    });
  });
  for (const frame of frames) {
    if (frame === pause) await settle(socket);
    else send(socket, frame);
    // A client waits for the acknowledgement.
    if ('type' in frame && frame.type === 'connection_init') await settle(socket);
  }
  const isWaiting = frames.length === 0;
  if (!isWaiting) {
    await settle(socket);
    send(socket, { type: 'ping', payload: { mark: true } });
  }
  const code = await (isWaiting ? closed : Promise.race([closed, mark]));
  socket.terminate();
  return { heard, ...(code !== undefined && { code }) };
}

/** A ping of the WebSocket protocol and back, twice: what the server began in between has had its turns. */
async function settle(socket: WebSocket): Promise<void> {
  for (let round = 0; round < 4 && socket.readyState === WebSocket.OPEN; round += 1) {
    const over = new Promise((resolve) => socket.once('pong', resolve).once('close', resolve));
    socket.ping();
    await over;
  }
}

function send(socket: WebSocket, frame: Frame | object): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (!('text' in frame)) return socket.send(JSON.stringify(frame));
  const { text, binary = false, fragments = 1 } = frame as Frame;
  const size = Math.ceil(text.length / fragments);
  for (let from = 0; from < text.length; from += size) {
    const isLast = from + size >= text.length;
    socket.send(text.slice(from, from + size), { binary, fin: isLast });
  }
}
