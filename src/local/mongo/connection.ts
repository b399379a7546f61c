import type { Socket } from 'node:net';
import { encode } from './bson/document.js';
import { dispatch, type DispatchNeeds } from './dispatch.js';
import { compose } from './wire/compose.js';
import { FrameReader } from './wire/frames.js';
import { frameReply, type Message, parseMessage } from './wire/message.js';

/**
 * Serves one client until it goes: its messages one after the other, in the order they came.
 *
 * Whatever is wrong with what it sends ends this connection and no other.
 */
export function serveConnection(socket: Socket, needs: DispatchNeeds): void {
  const frames = new FrameReader();
  const gone = new AbortController();
  const waiting: Message[] = [];
  let busy = false;

  const end = (): void => {
    gone.abort();
    socket.destroy();
  };

  async function answer(message: Message): Promise<void> {
    const reply = await dispatch(needs, message, gone.signal);
    if (message.silent || gone.signal.aborted) return;
    let pieces: Uint8Array[];
    try {
      pieces = compose(reply);
    } catch (error) {
      pieces = [
        encode({
          ok: 0,
          errmsg: `the reply cannot be written: ${(error as Error).message}`,
          code: 10334,
          codeName: 'BSONObjectTooLarge',
        }),
      ];
    }
    socket.cork();
    let drained = true;
    for (const piece of frameReply(message, pieces)) drained = socket.write(piece);
    socket.uncork();
    if (!drained) await drainOf(socket);
  }

  async function work(): Promise<void> {
    if (busy) return;
    busy = true;
    for (let message = waiting.shift(); message; message = waiting.shift()) await answer(message);
    busy = false;
    socket.resume();
  }

  socket.on('data', (piece: Buffer) => {
    try {
      for (const frame of frames.push(piece)) waiting.push(parseMessage(frame));
    } catch {
      // Not a message of the protocol: there is no telling where the next one would begin.
      end();
      return;
    }
    if (waiting.length > 100) socket.pause();
    work().catch(end);
  });
  socket.on('error', end);
  socket.on('close', () => gone.abort());
}

/** Settles when the socket takes more, or never will. */
function drainOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}
