import type { AddressInfo } from 'node:net';
import type { WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { podChange } from './stream-server.js';

/** One connection of a client: what it said, and the means to say anything at all. */
export interface RawPeer {
  readonly socket: WebSocket;
  /** Sends an object as a message, or a string as it is. */
  say(message: object | string): void;
  /** Resolves to the first message not yet heard, of this type. */
  hear(type: string): Promise<{ readonly id: string; readonly payload?: unknown }>;
}

/** A WebSocket server that keeps to no protocol: each test says what it answers. */
export async function startRawServer(
  options: { readonly verifyClient?: () => boolean | { readonly status: number } } = {},
) {
  const peers: RawPeer[] = [];
  const waiting: (() => void)[] = [];
  let handshakes = 0;
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    verifyClient: (_request, answer) => {
      handshakes += 1;
      const verdict = options.verifyClient?.() ?? true;
      if (typeof verdict === 'boolean') answer(verdict);
      else answer(false, verdict.status);
    },
  });
  await new Promise<void>((resolve) => server.once('listening', () => resolve()));
  server.on('connection', (socket) => {
    const heard: { type: string; id: string; payload?: unknown }[] = [];
    const listeners = new Set<() => void>();
    socket.on('message', (text: Buffer) => {
      heard.push(JSON.parse(text.toString()) as (typeof heard)[number]);
      for (const listener of listeners) listener();
    });
    peers.push({
      socket,
      say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
      hear: (type) =>
        new Promise((resolve) => {
          const look = (): void => {
            const at = heard.findIndex((message) => message.type === type);
            if (at < 0) return;
            listeners.delete(look);
            resolve(heard.splice(at, 1)[0] as (typeof heard)[number]);
          };
          listeners.add(look);
          look();
        }),
    });
    for (const go of waiting.splice(0)) go();
  });

  async function peerAt(index: number): Promise<RawPeer> {
    for (;;) {
      const peer = peers[index];
      if (peer) return peer;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    get handshakes() {
      return handshakes;
    },
    peers,
    peerAt,
    /** Connection number `index`, once the client was let in. */
    async welcome(index: number): Promise<RawPeer> {
      const peer = await peerAt(index);
      await peer.hear('connection_init');
      peer.say({ type: 'connection_ack' });
      return peer;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const { socket } of peers) socket.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A `next` of podsChanged. */
export function podsNext(id: string, cursor: string, more: Record<string, unknown> = {}): object {
  return { id, type: 'next', payload: { data: { podsChanged: podChange(cursor, more) } } };
}
