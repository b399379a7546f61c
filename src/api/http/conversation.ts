import { readMessage } from './client-message.js';
import type { Asked, Fields } from './client-message.js';
import { closeCodes } from './close-codes.js';
import type { Farewell } from './close-codes.js';
import type { Connection } from './connection.js';
import { Operation } from './operation.js';

export interface ConversationNeeds {
  /** @returns why the client may not stay */
  readonly admit: (connection: Connection) => Promise<Farewell | undefined>;
  /** Runs what was asked, up to its end; never throws for what is wrong with it. */
  readonly run: (operation: Operation, asked: Asked) => Promise<void>;
  /** Told when one of them threw. */
  readonly onFault: (connection: Connection, error: unknown) => void;
}

/**
 * The server's half of graphql-transport-ws: what is said on a socket, and
 * what follows from it.
 *
 * @returns takes one message of a client
 * @see https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export function createConversation({ admit, run, onFault }: ConversationNeeds) {
  async function introduce(connection: Connection, payload: Fields | null | undefined): Promise<void> {
    connection.introduce(payload);
    const farewell = await admit(connection);
    if (farewell) connection.close(farewell.code, farewell.reason);
    else connection.acknowledge();
  }

  function begin(connection: Connection, id: string, asked: Asked): Promise<void> | undefined {
    const operation = new Operation(JSON.stringify(id), connection);
    if (connection.operation(operation.id)) {
      connection.close(closeCodes.idInUse, `Subscriber for ${id} already exists`);
      return undefined;
    }
    connection.operationBegun(operation);
    return run(operation, asked);
  }

  function take(connection: Connection, text: string): Promise<void> | undefined {
    const message = readMessage(text);
    switch (message?.type) {
      case 'connection_init':
        if (connection.stage === 'silent') return introduce(connection, message.payload);
        connection.close(closeCodes.introducedTwice, 'Too many initialisation requests');
        return undefined;
      case 'ping':
        connection.say(JSON.stringify({ type: 'pong', ...(message.payload && { payload: message.payload }) }));
        return undefined;
      case 'pong':
        return undefined;
      case 'subscribe':
        if (connection.stage === 'ready') return begin(connection, message.id, message.payload);
        connection.close(closeCodes.unauthorized, 'Unauthorized');
        return undefined;
      case 'complete':
        connection.operation(JSON.stringify(message.id))?.end();
        return undefined;
      default:
        connection.close(closeCodes.badMessage, 'Invalid message received');
        return undefined;
    }
  }

  return (connection: Connection, text: string): void => {
    // Whoever is being closed is not heard any more.
    if (!connection.isOpen) return;
    take(connection, text)?.catch((error: unknown) => onFault(connection, error));
  };
}
