import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';

export interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export interface RawSocket {
  readonly received: readonly Message[];
  /** The first message for which `wanted` holds, past or to come; rejects when the socket closes first. */
  message(wanted: (message: Message) => boolean): Promise<Message>;
  onMessage(listener: (message: Message) => void): void;
  say(message: object): void;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  cut(): void;
  /** Reads nothing any more, and so answers nothing. */
  pause(): void;
}

/** A graphql-transport-ws peer without manners of its own: says what a test tells it to. */
export async function openRaw(url: string, options: ClientOptions = {}): Promise<RawSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', options);
  const received: Message[] = [];
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  socket.on('message', (text) => received.push(JSON.parse(String(text)) as Message));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return {
    received,
    closed,
    onMessage: (listener) => void socket.on('message', (text) => listener(JSON.parse(String(text)) as Message)),
    say: (message) => socket.send(JSON.stringify(message)),
    cut: () => socket.terminate(),
    pause: () => socket.pause(),
    message: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = received.find(wanted);
          if (!found) return;
          socket.off('message', look);
          resolve(found);
        };
        socket.on('message', look);
        socket.once('close', (code) => reject(new Error(`closed with ${code}; received ${JSON.stringify(received)}`)));
        look();
      }),
  };
}

/** A socket that introduced itself. */
export async function openReady(url: string, payload: object = {}, options: ClientOptions = {}): Promise<RawSocket> {
  const socket = await openRaw(url, options);
  socket.say({ type: 'connection_init', payload });
  await socket.message(({ type }) => type === 'connection_ack');
  return socket;
}

export function subscribeTo(socket: RawSocket, id: string, query: string): void {
  socket.say({ id, type: 'subscribe', payload: { query } });
}
