import type { Backoff } from './backoff.js';
import { waitMilliseconds } from './backoff.js';
import type { Loss } from './close-codes.js';
import { blamesClient, finalError, lossOf, refusal } from './close-codes.js';
import type { ConnectionState } from './connection-state.js';
import type { KeepAlive } from './keep-alive.js';
import { watchSilence } from './keep-alive.js';
import type { Observed } from './observed.js';
import { createListeners } from './observed.js';
import type { Operation } from './operation.js';
import type { ResponseError } from './request.js';
import type { ServerMessage } from './server-message.js';
import { readMessage } from './server-message.js';
import type { Socket } from './socket.js';
import { openSocket } from './socket.js';

export interface ConnectionNeeds {
  /** ws or wss. */
  readonly url: string;
  /** Sent with `connection_init`. */
  readonly token: string | undefined;
  /** Constructor; the runtime's own when undefined. */
  readonly webSocket: unknown;
  readonly backoff: Backoff;
  readonly keepAlive: KeepAlive;
}

interface Entry {
  readonly operation: Operation;
  /** Under which it runs on the current socket; each sending has a new one, so that nothing late is taken for it. */
  id?: string | undefined;
  failures: number;
  retry?: ReturnType<typeof setTimeout>;
}

/** Close codes of clients, as the graphql-ws library has them. */
const badResponse = 4004;
const terminated = 4499;
/** How often in a row the server may blame this client before it is believed. */
const patience = 8;

/**
 * All operations of one client over one socket, which is opened for the first
 * and closed after the last.
 *
 * A socket that is lost is opened again, for ever, with jittered and growing
 * waits; then every operation is asked again. The waits start over when an
 * operation has been answered: a server that only accepts and drops is not
 * hammered.
 *
 * Speaks graphql-transport-ws itself: docs/decisions/0006 says why.
 */
export class Connection implements Observed<ConnectionState> {
  readonly #needs: ConnectionNeeds;
  readonly #entries = new Set<Entry>();
  readonly #byId = new Map<string, Entry>();
  readonly #listeners = createListeners();
  #state: ConnectionState = { phase: 'idle' };
  #socket: Socket | undefined;
  #silence: ReturnType<typeof watchSilence> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #blamed = 0;
  #lastId = 0;

  constructor(needs: ConnectionNeeds) {
    this.#needs = needs;
  }

  readonly getSnapshot = (): ConnectionState => this.#state;
  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.subscribe(listener);

  /** @returns what ends the operation; the server is told, and nothing more is handed on. */
  open(operation: Operation): () => void {
    const entry: Entry = { operation, failures: 0 };
    if (this.#state.phase === 'idle' || this.#state.phase === 'closed') this.#connect();
    this.#entries.add(entry);
    this.#send(entry);
    return () => this.#leave(entry);
  }

  /** Settles when the socket is closed, after a second at the latest. Operations are not told. */
  async close(): Promise<void> {
    const socket = this.#socket;
    this.#forget();
    this.#entries.clear();
    this.#become({ phase: 'closed' });
    await socket?.close();
  }

  #connect(): void {
    const { url, token, webSocket, keepAlive } = this.#needs;
    const socket = openSocket(url, webSocket, {
      opened: () => {
        const payload = token === undefined ? {} : { payload: { authorization: `Bearer ${token}` } };
        socket.send(JSON.stringify({ type: 'connection_init', ...payload }));
      },
      message: (data) => {
        this.#silence?.heard();
        const message = readMessage(data);
        if (message?.type === 'connection_ack' && !this.#silence) this.#acknowledged(socket);
        else if (!message || !this.#take(message)) {
          this.#lose({ reason: 'the server sent what is no message of the protocol' }, badResponse);
        }
      },
      failed: (message) => this.#lose({ reason: message || 'the server cannot be reached' }),
      closed: (code, reason) => this.#lose(lossOf(code, reason)),
    });
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lose({ reason: 'the server does not answer' }), keepAlive.openMilliseconds);
    this.#become({ phase: 'connecting' });
  }

  #acknowledged(socket: Socket): void {
    clearTimeout(this.#timer);
    this.#silence = watchSilence(this.#needs.keepAlive, {
      ping: () => socket.send('{"type":"ping"}'),
      lost: () => this.#lose({ reason: 'the server does not answer any more' }),
    });
    this.#become({ phase: 'connected' });
    // A listener may have opened one just now.
    for (const entry of this.#entries) if (entry.id === undefined) this.#send(entry);
  }

  /** @returns false for what cannot be */
  #take(message: ServerMessage): boolean {
    if (message.type === 'connection_ack') return false;
    if (message.type === 'pong') return true;
    if (message.type === 'ping') {
      this.#socket?.send(JSON.stringify({ type: 'pong', payload: message.payload }));
      return true;
    }
    if (!this.#silence) return false;
    const entry = this.#byId.get(message.id);
    // On its way when the operation was left.
    if (!entry) return true;
    if (message.type !== 'next') this.#ended(entry, message.type === 'error' ? message.payload : undefined);
    else if (message.payload.errors || message.payload.data == null) {
      this.#tell({ id: message.id, type: 'complete' });
      this.#ended(entry, message.payload.errors ?? []);
    } else {
      if (!entry.operation.next(message.payload.data)) return false;
      this.#attempts = 0;
      this.#blamed = 0;
      entry.failures = 0;
    }
    return true;
  }

  #ended(entry: Entry, errors?: readonly ResponseError[]): void {
    if (entry.id !== undefined) this.#byId.delete(entry.id);
    entry.id = undefined;
    if (!entry.operation.ended(errors)) return this.#leave(entry);
    const wait = waitMilliseconds(this.#needs.backoff, entry.failures, Math.random());
    entry.failures += 1;
    entry.retry = setTimeout(() => this.#send(entry), wait);
  }

  #send(entry: Entry): void {
    clearTimeout(entry.retry);
    if (this.#state.phase !== 'connected' || !this.#entries.has(entry)) return;
    this.#lastId += 1;
    entry.id = String(this.#lastId);
    this.#byId.set(entry.id, entry);
    this.#tell({ id: entry.id, type: 'subscribe', payload: entry.operation.payload() });
  }

  #leave(entry: Entry): void {
    if (!this.#entries.delete(entry)) return;
    clearTimeout(entry.retry);
    if (entry.id !== undefined) {
      this.#byId.delete(entry.id);
      this.#tell({ id: entry.id, type: 'complete' });
    }
    // A moment later: who leaves one stream often opens another.
    if (this.#entries.size === 0) setTimeout(() => this.#rest(), 0);
  }

  #rest(): void {
    if (this.#entries.size > 0 || this.#state.phase === 'closed' || this.#state.phase === 'idle') return;
    const socket = this.#socket;
    this.#forget();
    this.#become({ phase: 'idle' });
    void socket?.close();
  }

  /** @param code to close with what is left of the socket */
  #lose(loss: Loss, code = terminated): void {
    const socket = this.#socket;
    this.#forget();
    socket?.abandon(code);
    this.#blamed = blamesClient(loss) ? this.#blamed + 1 : 0;
    const error = finalError(loss) ?? (this.#blamed >= patience ? refusal(loss.code ?? 0, loss.reason) : undefined);
    if (error) {
      const over = [...this.#entries];
      this.#entries.clear();
      this.#attempts = 0;
      this.#blamed = 0;
      this.#become({ phase: 'closed', error });
      for (const { operation } of over) operation.refused(error);
      return;
    }
    if (this.#entries.size === 0) return this.#become({ phase: 'idle' });
    const wait = waitMilliseconds(this.#needs.backoff, this.#attempts, Math.random());
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.#become({
      phase: 'waiting',
      reason: loss.reason,
      attempt: this.#attempts,
      nextAttemptAt: Math.round(Date.now() + wait),
    });
    for (const { operation } of this.#entries) operation.interrupted(loss.reason);
  }

  /** Nothing of the current socket is left. */
  #forget(): void {
    clearTimeout(this.#timer);
    this.#silence?.stop();
    this.#silence = undefined;
    this.#socket = undefined;
    this.#byId.clear();
    for (const entry of this.#entries) {
      clearTimeout(entry.retry);
      entry.id = undefined;
    }
  }

  #tell(message: object): void {
    if (this.#state.phase === 'connected') this.#socket?.send(JSON.stringify(message));
  }

  #become(state: ConnectionState): void {
    this.#state = state;
    this.#listeners.tell();
  }
}
