import type { WebSocket } from 'ws';
import type { Caller, ContextFor } from './caller.js';
import type { Connection } from './connection.js';
import { HttpRefusal } from './refusal.js';

/**
 * The sockets whose callers are refused by now: a token was good when they came
 * and is not any more. Asks once for each token that was sent, however many
 * sockets and subscriptions run under it. A fault of the server's is no refusal.
 */
export async function refusedSockets<C>(
  connections: Iterable<Connection>,
  contextFor: ContextFor<C>,
): Promise<WebSocket[]> {
  const byToken = new Map<string | undefined, { readonly caller: Caller; readonly sockets: WebSocket[] }>();
  for (const connection of connections) {
    if (connection.stage !== 'ready') continue;
    const known = byToken.get(connection.authorization);
    if (known) known.sockets.push(connection.socket);
    else byToken.set(connection.authorization, { caller: connection, sockets: [connection.socket] });
  }
  const refused: WebSocket[] = [];
  for (const { caller, sockets } of byToken.values()) {
    if (await isRefused(contextFor, caller)) refused.push(...sockets);
  }
  return refused;
}

async function isRefused<C>(contextFor: ContextFor<C>, caller: Caller): Promise<boolean> {
  try {
    await contextFor(caller);
    return false;
  } catch (error) {
    // Anything else says nothing of the caller, and comes up with the next operation.
    return error instanceof HttpRefusal && (error.status === 401 || error.status === 403);
  }
}
