import type { ClientRequestArgs } from 'node:http';
import { WebSocket } from 'ws';

const handshakeMilliseconds = 10_000;
const closeMilliseconds = 1000;

/** Node's WebSocket for the client: gives up on a peer that does not answer, and never keeps the process for its sake. */
export class NodeSocket extends WebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols, options);
    // The client lets go of a socket it has given up on; what that one still reports concerns nobody.
    this.on('error', () => undefined);
  }
}

const options: WebSocket.ClientOptions & ClientRequestArgs & { closeTimeout: number } = {
  handshakeTimeout: handshakeMilliseconds,
  perMessageDeflate: false,
  closeTimeout: closeMilliseconds,
};
