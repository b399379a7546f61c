import type { Duplex } from 'node:stream';
import type { Context } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Line } from '../hub/line.js';
import type { Caller } from './caller.js';
import type { HttpLimits } from './limits.js';

export type Conversation = Context<Record<string, unknown> | undefined, Connection>;

/** What all connections of a server share. */
export interface ConnectionNeeds {
  readonly limits: Pick<HttpLimits, 'messagesPerSecond' | 'messageBurst' | 'bufferedBytes'>;
  readonly openLine: (socket: WebSocket, stream: Duplex) => Line;
  readonly users: UserSockets;
  /** Called when an operation has ended, before `complete` is sent for it; `remaining` are still open on this socket. */
  readonly onOperationEnded: (socket: WebSocket, remaining: number) => void;
}

/**
 * One socket, as its operations see it. Made for each of thousands: what may
 * never be asked for is made when it is.
 */
export class Connection {
  /** Set once the client introduced itself. */
  conversation?: Conversation;
  readonly socket: WebSocket;
  readonly #stream: Duplex;
  readonly #needs: ConnectionNeeds;
  readonly #origin: Omit<Caller, 'signal'>;
  #left: AbortController | undefined;
  #line: Line | undefined;
  #user: string | undefined;
  #isOver = false;
  /** Messages heard, less those that time has forgiven. */
  #heard = 0;
  #heardAt = 0;

  constructor(socket: WebSocket, stream: Duplex, origin: Omit<Caller, 'signal'>, needs: ConnectionNeeds) {
    this.socket = socket;
    this.#stream = stream;
    this.#origin = origin;
    this.#needs = needs;
  }

  /** As the upgrade request tells, or with what the client said for itself later. */
  caller(authorization: string | undefined = this.#origin.authorization): Caller {
    const signal = (): AbortSignal => this.#signal();
    return {
      baseUrl: this.#origin.baseUrl,
      ...(authorization !== undefined && { authorization }),
      get signal() {
        return signal();
      },
    };
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

  operationEnded(remaining: number): void {
    this.#needs.onOperationEnded(this.socket, remaining);
  }

  close(code: number, reason: string): void {
    this.socket.close(code, asReason(reason));
  }

  /** The socket is closed. */
  end(): void {
    this.#isOver = true;
    this.#left?.abort();
    this.#line?.end();
    if (this.#user !== undefined) this.#needs.users.remove(this.#user);
  }

  #signal(): AbortSignal {
    this.#left ??= new AbortController();
    if (this.#isOver) this.#left.abort();
    return this.#left.signal;
  }
}

/** How many sockets each user has. */
export class UserSockets {
  readonly #counts = new Map<string, number>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns false, and counts nothing, at the limit */
  add(user: string): boolean {
    const others = this.#counts.get(user) ?? 0;
    if (others >= this.#limit) return false;
    this.#counts.set(user, others + 1);
    return true;
  }

  remove(user: string): void {
    const others = (this.#counts.get(user) ?? 1) - 1;
    if (others === 0) this.#counts.delete(user);
    else this.#counts.set(user, others);
  }
}

/** Close reasons are at most 123 bytes (RFC 6455, 5.5). */
function asReason(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 123);
}
