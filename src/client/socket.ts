/** The part of a WebSocket that is used; those of browsers, of Node from 22 on and of `ws` have it. */
interface PlainSocket {
  addEventListener(type: string, listener: (event: SocketEvent) => void): void;
  send(text: string): void;
  close(code: number): void;
  /** Of `ws` only: without waiting for the other side. */
  terminate?(): void;
}

interface SocketEvent {
  readonly data?: unknown;
  readonly message?: string;
  readonly code?: number;
  readonly reason?: string;
}

/** What is heard of a socket until it is let go of. */
export interface SocketListeners {
  opened(): void;
  message(data: unknown): void;
  /** `message` is empty in browsers, which tell nothing. */
  failed(message: string): void;
  closed(code: number, reason: string): void;
}

export interface Socket {
  send(text: string): void;
  /** Lets go at once, as of a peer that is lost. */
  abandon(code: number): void;
  /** Closes in the orderly way; what has not closed within a second is abandoned. */
  close(): Promise<void>;
}

const closeMilliseconds = 1000;

/** @throws TypeError when no constructor was given and the runtime has none, as Node 20 */
export function openSocket(url: string, given: unknown, listeners: SocketListeners): Socket {
  const Constructor = given ?? (globalThis as { readonly WebSocket?: unknown }).WebSocket;
  if (typeof Constructor !== 'function') {
    throw new TypeError('There is no WebSocket here. Pass one as `webSocket`, e.g. that of the package ws.');
  }
  const socket = new (Constructor as new (url: string, protocol: string) => PlainSocket)(url, 'graphql-transport-ws');
  let isHeard = true;
  let onClosed: (() => void) | undefined;

  // They stay: an `error` that nobody hears ends a Node process.
  socket.addEventListener('open', () => isHeard && listeners.opened());
  socket.addEventListener('message', ({ data }) => isHeard && listeners.message(data));
  socket.addEventListener('error', ({ message = '' }) => isHeard && listeners.failed(message));
  socket.addEventListener('close', ({ code = 1005, reason = '' }) => {
    if (isHeard) listeners.closed(code, reason);
    onClosed?.();
  });

  function abandon(code: number): void {
    isHeard = false;
    socket.close(code);
    socket.terminate?.();
  }

  return {
    send: (text) => socket.send(text),
    abandon,
    close: () =>
      new Promise((resolve) => {
        isHeard = false;
        const late = setTimeout(() => {
          abandon(1000);
          resolve();
        }, closeMilliseconds);
        onClosed = () => {
          clearTimeout(late);
          resolve();
        };
        socket.close(1000);
      }),
  };
}

/** The address of subscriptions: the same as for queries, over ws or wss. */
export function socketUrl(url: string): string {
  const address = new URL(url);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  return address.href;
}
