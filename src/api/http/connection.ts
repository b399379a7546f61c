import type { Duplex } from 'node:stream';
import type { GraphQLFormattedError } from 'graphql';
import type { WebSocket } from 'ws';
import { Slab } from '../hub/frame.js';
import type { Line } from '../hub/line.js';
import type { Caller } from './caller.js';
import type { Fields } from './client-message.js';
import { closeCodes } from './close-codes.js';
import type { HttpLimits } from './limits.js';
import type { UserSockets } from './user-sockets.js';

/** What all connections of a server share. */
export interface ConnectionNeeds {
  readonly limits: Pick<HttpLimits, 'messagesPerSecond' | 'messageBurst' | 'bufferedBytes' | 'initSeconds'>;
  readonly openLine: (socket: WebSocket, stream: Duplex) => Line;
  readonly users: UserSockets;
  /** An error as it may leave the house. */
  readonly shown: (error: unknown) => GraphQLFormattedError[];
  /** Called when an operation has ended and its last message was said. */
  readonly onOperationEnded: (connection: Connection) => void;
}

/** An operation, as its connection sees it. */
export interface OpenOperation {
  /** JSON text. */
  readonly id: string;
  /** It is a subscription that has begun. */
  readonly isStreaming: boolean;
  /** Ends it, and says so to the client. */
  complete(): void;
  /** Ends it without a word. */
  end(): void;
}

/** As the upgrade request tells. */
export interface Origin {
  readonly baseUrl: string;
  readonly authorization: string | undefined;
}

/** A whole frame, made once. */
const acknowledgement = new Slab().framed('{"type":"connection_ack"}');
const none: readonly OpenOperation[] = [];

/**
 * One socket, as its operations see it. Made for each of thousands: what may
 * never be asked for is made when it is, and lists are as long as what they
 * hold.
 */
export class Connection implements Caller {
  readonly socket: WebSocket;
  readonly baseUrl: string;
  /** As the upgrade request tells, or what the client said for itself later. */
  authorization?: string;
  /** Until the client introduces itself, until that was found good, and from then on. */
  stage: 'silent' | 'introduced' | 'ready' = 'silent';
  /** Has it been heard of since this was last set to false? */
  isAlive = true;
  operations = none;
  readonly #stream: Duplex;
  readonly #needs: ConnectionNeeds;
  #patience: NodeJS.Timeout | undefined;
  #left: AbortController | undefined;
  #line: Line | undefined;
  #user: string | undefined;
  #isOver = false;
  /** Messages heard, less those that time has forgiven. */
  #heard = 0;
  #heardAt = 0;

  constructor(socket: WebSocket, stream: Duplex, { baseUrl, authorization }: Origin, needs: ConnectionNeeds) {
    this.socket = socket;
    this.#stream = stream;
    this.baseUrl = baseUrl;
    if (authorization !== undefined) this.authorization = authorization;
    this.#needs = needs;
    const late = () => this.close(closeCodes.notIntroducedInTime, 'Connection initialisation timeout');
    this.#patience = setTimeout(late, needs.limits.initSeconds * 1000);
  }

  /** Aborts when the socket is closed. */
  get signal(): AbortSignal {
    this.#left ??= new AbortController();
    if (this.#isOver) this.#left.abort();
    return this.#left.signal;
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Browsers cannot set headers on a socket: a token in `connection_init` counts as the Authorization header. */
  introduce(payload: Fields | null | undefined): void {
    this.stage = 'introduced';
    this.#endPatience();
    const said = payload?.['authorization'] ?? payload?.['Authorization'];
    if (typeof said === 'string') this.authorization = said;
  }

  acknowledge(): void {
    this.stage = 'ready';
    if (this.isOpen) this.#stream.write(acknowledgement);
  }

  /** Where the hub writes. */
  line(): Line {
    return (this.#line ??= this.#needs.openLine(this.socket, this.#stream));
  }

  /** Counts the socket to its user; false when that one has too many already. */
  belongsTo(user: string): boolean {
    if (this.#user !== undefined || this.#isOver) return true;
    if (!this.#needs.users.add(user)) return false;
    this.#user = user;
    return true;
  }

  /**
   * One message came. A client that sends too many, or does not read what it is
   * answered, is not read from for a while: its own network holds it back.
   */
  heard(): void {
    const { messagesPerSecond, messageBurst, bufferedBytes } = this.#needs.limits;
    const now = performance.now();
    this.#heard = Math.max(0, this.#heard - ((now - this.#heardAt) / 1000) * messagesPerSecond) + 1;
    this.#heardAt = now;
    if (this.socket.isPaused) return;
    const excess = this.#heard - messageBurst;
    const goOn = (): void => this.socket.resume();
    if (this.#stream.writableLength > bufferedBytes) this.#stream.once('drain', goOn);
    else if (excess > 0) setTimeout(goOn, (excess / messagesPerSecond) * 1000).unref();
    else return;
    this.socket.pause();
  }

  /** @param id JSON text. */
  operation(id: string): OpenOperation | undefined {
    return this.operations.find((one) => one.id === id);
  }

  operationBegun(operation: OpenOperation): void {
    this.operations = this.operations.concat(operation);
  }

  operationEnded(operation: OpenOperation): void {
    this.operations = this.operations.filter((one) => one !== operation);
    this.#needs.onOperationEnded(this);
  }

  shown(error: unknown): GraphQLFormattedError[] {
    return this.#needs.shown(error);
  }

  say(text: string): void {
    if (this.isOpen) this.socket.send(text);
  }

  /** Settles when the text is with the kernel, or will never be. */
  sayAndWait(text: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.isOpen) this.socket.send(text, () => resolve());
      else resolve();
    });
  }

  close(code: number, reason: string): void {
    this.socket.close(code, asReason(reason));
  }

  /** The socket is closed. */
  end(): void {
    this.#isOver = true;
    this.#endPatience();
    this.#left?.abort();
    for (const operation of this.operations) operation.end();
    this.#line?.end();
    if (this.#user !== undefined) this.#needs.users.remove(this.#user);
  }

  #endPatience(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }
}

/** Close reasons are at most 123 bytes (RFC 6455, 5.5). */
function asReason(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 123);
}
