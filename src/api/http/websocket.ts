import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, handleProtocols, MessageType, stringifyMessage } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { createHub } from '../hub/hub.js';
import { baseUrlOf } from './caller.js';
import { Connection, UserSockets } from './connection.js';
import type { ConnectionNeeds } from './connection.js';
import { createOperations, masked } from './websocket-operations.js';
import type { OperationNeeds } from './websocket-operations.js';

export interface SocketCounts {
  readonly sockets: number;
  /** Subscriptions that the hub serves. */
  readonly subscriptions: number;
  /** Groups of equal ones among them. */
  readonly groups: number;
  /** Sockets closed so far because their clients read too slowly. */
  readonly slowReaders: number;
}

export interface WebSocketEnd extends AsyncDisposable {
  /** Takes over an upgrade request that was found good. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  counts(): SocketCounts;
  /**
   * One socket after another: sends `complete` for each subscription, lets
   * queries and mutations end, closes with 1001. Settles when the last one is
   * closed, a second after `drainSeconds` at the latest.
   */
  drain(): Promise<void>;
}

const goingAway = 1001;
/** Close code of a client that did not read what it asked for; ours: the protocol leaves 4000 to 4999 to servers. */
export const readsTooSlowly = 4513;
/** Between two sockets that are told to leave: thousands at once would come back at once, somewhere else. */
const partingMs = 5;
/** How long a client that does not read gets to read that its socket is being closed. */
const lastWordsMs = 1_000;

export interface WebSocketNeeds<C extends object> extends Omit<OperationNeeds<C>, 'isDraining' | 'hub'> {
  readonly ownUrl: () => string;
}

/** GraphQL over WebSocket: sockets here, what is said on them in `createOperations`. */
export function createWebSocketEnd<C extends object>(needs: WebSocketNeeds<C>): WebSocketEnd {
  const { limits, logger, mask } = needs;
  const connections = new Map<WebSocket, Connection>();
  const silent = new Set<WebSocket>();
  let draining = false;
  let slowReaders = 0;
  const hub = createHub({
    execute: needs.pipeline.execution.execute,
    mask: (errors, result) => masked(mask, errors, result),
    bufferedBytes: limits.bufferedBytes,
    slowSeconds: limits.slowSeconds,
    onTooSlow: (socket) => cutOff(socket as WebSocket),
  });
  const operations = createOperations({ ...needs, hub, isDraining: () => draining });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
    // One message a turn: or an id that is completed and used again at once gets the old operation's end.
    allowSynchronousEvents: false,
    handleProtocols,
  });

  const ping = setInterval(() => {
    for (const socket of connections.keys()) {
      if (silent.has(socket)) socket.terminate();
      else {
        silent.add(socket);
        socket.ping();
      }
    }
  }, limits.pingSeconds * 1000);
  ping.unref();

  const shared: ConnectionNeeds = {
    limits,
    users: new UserSockets(limits.socketsPerUser),
    openLine: (socket, stream) => hub.openLine(socket, stream),
    onOperationEnded(socket, remaining) {
      if (draining && remaining === 0) setImmediate(() => socket.close(goingAway, 'The server is going away'));
    },
  };
  function heard(this: WebSocket): void {
    silent.delete(this);
  }
  const broke = (error: Error) => logger.debug({ err: error }, 'A socket broke');

  function opened(socket: WebSocket, request: IncomingMessage, stream: Duplex): void {
    const { authorization } = request.headers;
    const origin = {
      baseUrl: baseUrlOf(request, needs.ownUrl()),
      ...(authorization !== undefined && { authorization }),
    };
    const connection = new Connection(socket, stream, origin, shared);
    connections.set(socket, connection);
    socket.on('pong', heard);
    socket.on('error', broke);
    const closed = operations.opened(
      {
        protocol: socket.protocol,
        send: (text) => send(socket, text),
        close: (code = 1000, reason = '') => connection.close(code, reason),
        onMessage: (take) =>
          socket.on('message', (message) => {
            connection.heard();
            take(String(message)).catch((error: unknown) => {
              logger.error({ err: error }, 'A message could not be handled');
              connection.close(CloseCode.InternalServerError, 'Internal error');
            });
          }),
      },
      connection,
    );
    socket.once('close', (code, reason) => {
      connections.delete(socket);
      silent.delete(socket);
      connection.end();
      closed(code ?? 1006, String(reason)).catch((error: unknown) => {
        logger.error({ err: error }, 'A subscription did not let go of its source');
      });
    });
  }

  function cutOff(socket: WebSocket): void {
    slowReaders += 1;
    logger.warn({ slowReaders }, 'A socket is closed because its client reads too slowly');
    socket.close(readsTooSlowly, 'You read too slowly; connect again and resume');
    setTimeout(() => socket.terminate(), lastWordsMs).unref();
  }

  async function drain(): Promise<void> {
    draining = true;
    const pauseMs = Math.min(partingMs, ((limits.drainSeconds * 2) / 3 / connections.size) * 1000);
    const ends = [...connections].map(async ([socket, connection], index) => {
      await pause(pauseMs * index);
      await end(socket, connection, limits.drainSeconds - (pauseMs * index) / 1000);
    });
    await Promise.all(ends);
  }

  return {
    accept: (request, stream, head) =>
      sockets.handleUpgrade(request, stream, head, (socket) => opened(socket, request, stream)),
    counts: () => ({ sockets: connections.size, ...hub.counts(), slowReaders }),
    drain,
    async [Symbol.asyncDispose]() {
      await drain();
      clearInterval(ping);
      sockets.close();
    },
  };
}

/** Settles when the text is with the kernel, or will never be: a slow reader thereby slows only its own operations. */
function send(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) resolve();
    else socket.send(text, () => resolve());
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}

async function end(socket: WebSocket, { conversation }: Connection, drainSeconds: number): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const subscriptions = conversation?.subscriptions ?? {};
  for (const [id, operation] of Object.entries(subscriptions)) {
    if (!operation) continue;
    delete subscriptions[id];
    socket.send(stringifyMessage({ id, type: MessageType.Complete }));
    void operation[Symbol.asyncIterator]().return?.();
  }
  const close = () => socket.close(goingAway, 'The server is going away');
  const timers = [
    setTimeout(close, drainSeconds * 1000),
    setTimeout(() => socket.terminate(), (drainSeconds + 1) * 1000),
  ];
  if (Object.keys(subscriptions).length === 0) close();
  await closed;
  for (const timer of timers) clearTimeout(timer);
}
