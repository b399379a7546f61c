import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, handleProtocols, MessageType, stringifyMessage } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { baseUrlOf } from './caller.js';
import { createOperations } from './websocket-operations.js';
import type { Connection, OperationNeeds } from './websocket-operations.js';

export interface WebSocketEnd extends AsyncDisposable {
  /** Takes over an upgrade request that was found good. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /**
   * Sends `complete` for each subscription, lets queries and mutations end,
   * closes every socket with 1001. Settles when the last one is closed, a
   * second after `drainSeconds` at the latest.
   */
  drain(): Promise<void>;
}

const goingAway = 1001;
/** A client that reads nothing is cut off when so much waits for it. */
const bufferedBytes = 64 * 1024 * 1024;

export interface WebSocketNeeds<C extends object> extends Omit<OperationNeeds<C>, 'isDraining'> {
  readonly ownUrl: () => string;
}

/** GraphQL over WebSocket: sockets here, what is said on them in `createOperations`. */
export function createWebSocketEnd<C extends object>(needs: WebSocketNeeds<C>): WebSocketEnd {
  const { limits, logger } = needs;
  const connections = new Map<WebSocket, Connection>();
  const silent = new Set<WebSocket>();
  let draining = false;
  const operations = createOperations({ ...needs, isDraining: () => draining });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
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

  function opened(socket: WebSocket, request: IncomingMessage): void {
    const left = new AbortController();
    const connection: Connection = {
      caller: {
        baseUrl: baseUrlOf(request, needs.ownUrl()),
        signal: left.signal,
        ...(request.headers.authorization !== undefined && { authorization: request.headers.authorization }),
      },
      close: (code, reason) => socket.close(code, asReason(reason)),
      operationEnded(remaining) {
        if (draining && remaining === 0) setImmediate(() => socket.close(goingAway, 'The server is going away'));
      },
    };
    connections.set(socket, connection);
    socket.on('pong', () => silent.delete(socket));
    socket.on('error', (error) => logger.debug({ err: error }, 'A socket broke'));

    const closed = operations.opened(
      {
        protocol: socket.protocol,
        send: (text) => send(socket, text),
        close: connection.close,
        onMessage: (take) =>
          socket.on('message', (message) => {
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
      left.abort();
      closed(code, String(reason)).catch((error: unknown) => {
        logger.error({ err: error }, 'A subscription did not let go of its source');
      });
    });
  }

  async function drain(): Promise<void> {
    draining = true;
    await Promise.all([...connections].map(([socket, connection]) => end(socket, connection, limits.drainSeconds)));
  }

  return {
    accept: (request, socket, head) => sockets.handleUpgrade(request, socket, head, opened),
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
    if (socket.bufferedAmount > bufferedBytes) socket.terminate();
    if (socket.readyState !== socket.OPEN) resolve();
    else socket.send(text, () => resolve());
  });
}

async function end(socket: WebSocket, { conversation }: Connection, drainSeconds: number): Promise<void> {
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

/** Close reasons are at most 123 bytes (RFC 6455, 5.5). */
function asReason(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 123);
}
