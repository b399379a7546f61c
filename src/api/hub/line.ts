import type { Duplex } from 'node:stream';
import type { NextMessage, Slab } from './frame.js';
import type { Turn } from './turn.js';

/** A subscription on a line. */
export interface Rider {
  /** JSON text of its id. */
  readonly id: string;
  /** Length of `id` in UTF-8. */
  readonly idBytes: number;
  /** False from the moment it has ended: nothing is written for it any more. */
  readonly isOpen: boolean;
  /** The peer reads too slowly: produce nothing until `resume`. */
  park(): void;
  resume(): void;
}

/** What all lines share. */
export interface LineNeeds {
  readonly turn: Turn;
  readonly slab: Slab;
  /** From so many bytes on that the kernel has not taken, nothing more is produced for this socket. */
  readonly bufferedBytes: number;
  /** How long they may stay untaken. */
  readonly slowSeconds: number;
  /** Told when they stayed longer. */
  readonly onTooSlow: (webSocket: LineSocket) => void;
}

/** A WebSocket, as far as a line needs it; `readyState` 1 says that frames may still be written. */
export interface LineSocket {
  readonly readyState: number;
}

interface Queued {
  readonly rider: Rider;
  readonly message: NextMessage;
}

/** `readyState` of an open WebSocket. */
const open = 1;

/**
 * What the hub writes to one socket, one write per turn.
 *
 * Bounded: at most `bufferedBytes` and what was written in one turn wait in
 * this process for a peer that does not read.
 */
export class Line {
  /** Few, and an array as long as that: there are thousands of lines. */
  #riders: readonly Rider[] = [];
  readonly #needs: LineNeeds;
  readonly #webSocket: LineSocket;
  readonly #socket: Duplex;
  #queued: Queued[] | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #drained: (() => void)[] | undefined;
  #isEnded = false;

  /** @param socket Under the WebSocket, after the handshake. */
  constructor(webSocket: LineSocket, socket: Duplex, needs: LineNeeds) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#needs = needs;
  }

  add(rider: Rider): void {
    this.#riders = this.#riders.concat(rider);
  }

  remove(rider: Rider): void {
    this.#riders = this.#riders.filter((one) => one !== rider);
  }

  get isStalled(): boolean {
    return this.#deadline !== undefined;
  }

  /** At the end of a turn: writes at once when nothing else will be written in it. */
  write(rider: Rider, message: NextMessage): void {
    if (message.shared || this.#riders.length > 1 || this.#queued) this.put(rider, message);
    else if (rider.isOpen && this.#webSocket.readyState === open) this.#writeOne(rider, message);
  }

  /** Writes when the turn ends, together with what else is put. */
  put(rider: Rider, message: NextMessage): void {
    if (!this.#queued) this.#needs.turn.flushAtEnd(this);
    (this.#queued ??= []).push({ rider, message });
  }

  /** Writes what was put for riders that have not left meanwhile. */
  flush(): void {
    const queued = this.#queued ?? [];
    this.#queued = undefined;
    if (this.#webSocket.readyState !== open) return;
    const socket = this.#socket;
    socket.cork();
    for (const { rider, message } of queued) if (rider.isOpen) this.#writeOne(rider, message);
    socket.uncork();
    this.#checkBacklog();
  }

  #writeOne(rider: Rider, message: NextMessage): void {
    const socket = this.#socket;
    // A piece that has to wait must not keep a whole slab alive.
    const piece = message.framed(rider.id, rider.idBytes, socket.writableLength === 0 ? this.#needs.slab : undefined);
    const isTaken = socket.write(piece);
    if (message.shared) socket.write(message.shared);
    else if (!isTaken) this.#checkBacklog();
  }

  #checkBacklog(): void {
    if (this.#socket.writableLength > this.#needs.bufferedBytes) this.#stall();
  }

  /** Settles when the peer has taken everything, or the line has ended. */
  async drained(): Promise<void> {
    if (!this.isStalled || this.#isEnded) return;
    await new Promise<void>((resolve) => (this.#drained ??= []).push(resolve));
  }

  /** The socket is closed. */
  end(): void {
    this.#isEnded = true;
    this.#goOn();
  }

  #stall(): void {
    if (this.isStalled) return;
    const { slowSeconds, onTooSlow } = this.#needs;
    this.#deadline = setTimeout(() => onTooSlow(this.#webSocket), slowSeconds * 1000);
    this.#deadline.unref();
    this.#socket.once('drain', () => {
      this.#goOn();
      for (const rider of this.#riders) rider.resume();
    });
    for (const rider of this.#riders) rider.park();
  }

  #goOn(): void {
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
    const drained = this.#drained ?? [];
    this.#drained = undefined;
    for (const resolve of drained) resolve();
  }
}
