import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { resolvers } from '../../../src/api/resolvers.js';
import type { Pod } from '../../../src/model/pod.js';
import type { Fan } from './fan-product.js';
import { typeDefs } from './fan-product.js';
import { messageOf } from './fan-things.js';
import type { Subject } from './fan-things.js';

const http = createServer();

function listen(): Promise<number> {
  return new Promise((resolve) => {
    http.listen({ port: 0, host: '127.0.0.1', backlog: 8192 }, () => resolve((http.address() as AddressInfo).port));
  });
}

/** A plain broadcast with `ws`: no GraphQL, one text for all. Corked, each socket gets one write per turn. */
export async function startRaw(subject: Subject, corks: boolean): Promise<Fan> {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: ([first]) => first ?? false,
  });
  const clients = new Map<WebSocket, Duplex>();
  let isCorked = false;
  http.on('upgrade', (request, stream: Duplex, head: Buffer) => {
    server.handleUpgrade(request, stream, head, (socket) => {
      socket.on('message', (text) => {
        const { type } = JSON.parse(String(text)) as { type: string };
        if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
        else clients.set(socket, stream);
      });
      socket.on('close', () => clients.delete(socket));
    });
  });
  const port = await listen();

  function cork(): void {
    isCorked = true;
    for (const stream of clients.values()) stream.cork();
    setImmediate(() => {
      isCorked = false;
      for (const stream of clients.values()) stream.uncork();
    });
  }
  function publish(event: number): void {
    const { changed, freshness: _freshness, ...rest } = messageOf(subject, event);
    const data = { [`${subject}Changed`]: { ...rest, ...selected(changed) } };
    const text = Buffer.from(
      JSON.stringify({ id: '00000000-0000-4000-8000-000000000001', type: 'next', payload: { data } }),
    );
    if (corks && !isCorked) cork();
    for (const socket of clients.keys()) socket.send(text, { binary: false });
  }
  return { port, publish, subscribers: () => clients.size };
}

/** The fields that the document of the bench selects. */
function selected(changed: ReturnType<typeof messageOf>['changed']): object {
  if ('pods' in changed) {
    const pods = changed.pods?.map(({ conditions: _conditions, containers, ...pod }) => ({
      ...pod,
      containers: containers.map(({ image: _image, init: _init, ...container }) => container),
    }));
    return { pods };
  }
  const experiments = changed.experiments?.map(({ id, name, phase, description, createdAt, tags, workers }) => ({
    id,
    name,
    phase,
    description,
    createdAt,
    tags,
    workers,
  }));
  return { experiments };
}

/** graphql-ws as its documentation sets it up, which is what Apollo's sets up too, with our schema and resolvers. */
export async function startGraphqlWs(subject: Subject): Promise<Fan> {
  const subscribers = new Set<(message: unknown) => void>();
  const subscription = { ...resolvers.Subscription?.[`${subject}Changed`], subscribe: () => queue(subscribers) };
  const schema = makeExecutableSchema({
    typeDefs,
    resolvers: { ...resolvers, Subscription: { [`${subject}Changed`]: subscription } } as never,
  });
  useServer({ schema, context: () => ({ now: Date.now }) }, new WebSocketServer({ server: http, path: '/graphql' }));
  const port = await listen();
  function publish(event: number): void {
    const message = messageOf(subject, event);
    for (const push of subscribers) push(message);
  }
  function publishPod(pod: Pod): void {
    const message = { ...messageOf('pods', 0), changed: { pods: [pod] } };
    for (const push of subscribers) push(message);
  }
  return { port, publish, publishPod, subscribers: () => subscribers.size };
}

/** The cheapest iterator there is: a queue and at most one parked pull. */
function queue(subscribers: Set<(message: unknown) => void>): AsyncIterableIterator<unknown> {
  const waiting: unknown[] = [];
  let wake: ((result: IteratorResult<unknown>) => void) | undefined;
  const push = (value: unknown): void => {
    const resolve = wake;
    wake = undefined;
    if (resolve) resolve({ done: false, value });
    else waiting.push(value);
  };
  subscribers.add(push);
  const iterator: AsyncIterableIterator<unknown> = {
    next() {
      if (waiting.length > 0) return Promise.resolve({ done: false, value: waiting.shift() });
      return new Promise((resolve) => (wake = resolve));
    },
    return() {
      subscribers.delete(push);
      wake?.({ done: true, value: undefined });
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
