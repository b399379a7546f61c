import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import { createHub } from '../hub/hub.js';
import { baseUrlOf } from './caller.js';
import { refusedSockets } from './caller-check.js';
import { closeCodes } from './close-codes.js';
import { Connection } from './connection.js';
import type { ConnectionNeeds } from './connection.js';
import { createConversation } from './conversation.js';
import { toGraphQLError } from './refusal.js';
import { UserSockets } from './user-sockets.js';
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
  /** Closes with 4403 every socket whose caller is refused by now. */
  checkCallers(): Promise<void>;
  /**
   * One socket after another: sends `complete` for each subscription, lets
   * queries and mutations end, closes with 1001. Settles when the last one is
   * closed, a second after `drainSeconds` at the latest.
   */
  drain(): Promise<void>;
}

/** Between two sockets that are told to leave: thousands at once would come back at once, somewhere else. */
const partingMs = 5;
/** How long a client that does not read gets to read that its socket is being closed. */
const lastWordsMs = 1_000;

export interface WebSocketNeeds<C extends object> extends Omit<OperationNeeds<C>, 'isDraining' | 'hub'> {
  readonly ownUrl: () => string;
}

/** GraphQL over WebSocket: sockets here, what is said on them in `createConversation`. */
export function createWebSocketEnd<C extends object>(needs: WebSocketNeeds<C>): WebSocketEnd {
  const { limits, logger, mask } = needs;
  const connections = new Map<WebSocket, Connection>();
  let draining = false;
  let slowReaders = 0;
  const hub = createHub({
    execute: needs.pipeline.execution.execute,
    mask: (errors, result) => masked(mask, errors, result),
    bufferedBytes: limits.bufferedBytes,
    slowSeconds: limits.slowSeconds,
    onTooSlow: (socket) => cutOff(socket as WebSocket),
  });
  const hear = createConversation({
    ...createOperations({ ...needs, hub, isDraining: () => draining }),
    onFault(connection, error) {
      logger.error({ err: error }, 'A message could not be handled');
      connection.close(closeCodes.fault, 'Internal error');
    },
  });
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });

  const ping = setInterval(() => {
    for (const [socket, connection] of connections) {
      if (connection.isAlive) socket.ping();
      else socket.terminate();
      connection.isAlive = false;
    }
  }, limits.pingSeconds * 1000);
  ping.unref();

  const shared: ConnectionNeeds = {
    limits,
    users: new UserSockets(limits.socketsPerUser),
    openLine: (socket, stream) => hub.openLine(socket, stream),
    shown: (error) => [mask(toGraphQLError(error), randomUUID())],
    onOperationEnded(connection) {
      if (draining && connection.operations.length === 0) leave(connection);
    },
  };
  // One function for all sockets, not one for each of thousands.
  function onMessage(this: WebSocket, message: RawData): void {
    const connection = connections.get(this);
    if (!connection) return;
    connection.heard();
    hear(connection, String(message));
  }
  function onPong(this: WebSocket): void {
    const connection = connections.get(this);
    if (connection) connection.isAlive = true;
  }
  function onClose(this: WebSocket): void {
    connections.get(this)?.end();
    connections.delete(this);
  }
  const onError = (error: Error) => logger.debug({ err: error }, 'A socket broke');
  let lastBaseUrl = '';

  function opened(socket: WebSocket, request: IncomingMessage, stream: Duplex): void {
    const baseUrl = baseUrlOf(request, needs.ownUrl());
    // Nearly all have come to one address, and then share its text.
    if (baseUrl !== lastBaseUrl) lastBaseUrl = baseUrl;
    const { authorization } = request.headers;
    const connection = new Connection(socket, stream, { baseUrl: lastBaseUrl, authorization }, shared);
    connections.set(socket, connection);
    socket.on('message', onMessage).on('pong', onPong).on('error', onError).on('close', onClose);
    if (socket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL)
      connection.close(closeCodes.otherProtocol, 'Subprotocol not acceptable');
  }

  function cutOff(socket: WebSocket): void {
    slowReaders += 1;
    logger.warn({ slowReaders }, 'A socket is closed because its client reads too slowly');
    endNow(socket, closeCodes.readsTooSlowly, 'You read too slowly; connect again and resume');
  }

  async function checkCallers(): Promise<void> {
    const refused = await refusedSockets(connections.values(), needs.contextFor);
    if (refused.length > 0)
      logger.info({ sockets: refused.length }, 'Sockets are closed: their token is not good any more');
    for (const socket of refused) endNow(socket, closeCodes.forbidden, 'Your token is not good any more.');
  }

  async function drain(): Promise<void> {
    draining = true;
    const pauseMs = Math.min(partingMs, ((limits.drainSeconds * 2) / 3 / connections.size) * 1000);
    const ends = [...connections.values()].map(async (connection, index) => {
      await pause(pauseMs * index);
      await end(connection, limits.drainSeconds - (pauseMs * index) / 1000);
    });
    await Promise.all(ends);
  }

  return {
    accept: (request, stream, head) =>
      sockets.handleUpgrade(request, stream, head, (socket) => opened(socket, request, stream)),
    counts: () => ({ sockets: connections.size, ...hub.counts(), slowReaders }),
    checkCallers,
    drain,
    async [Symbol.asyncDispose]() {
      await drain();
      clearInterval(ping);
      sockets.close();
    },
  };
}

/** Says why, and does not wait for long until that was read. Nothing is written to the socket any more. */
function endNow(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), lastWordsMs).unref();
}

function leave(connection: Connection): void {
  connection.close(closeCodes.goingAway, 'The server is going away');
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds));
}

async function end(connection: Connection, drainSeconds: number): Promise<void> {
  const { socket } = connection;
  if (socket.readyState === socket.CLOSED) return;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const operation of connection.operations) if (operation.isStreaming) operation.complete();
  const timers = [
    setTimeout(() => leave(connection), drainSeconds * 1000),
    setTimeout(() => socket.terminate(), (drainSeconds + 1) * 1000),
  ];
  if (connection.operations.length === 0) leave(connection);
  await closed;
  for (const timer of timers) clearTimeout(timer);
}
