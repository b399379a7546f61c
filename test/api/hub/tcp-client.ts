import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';

/** A masked frame with a key of zeros: the payload stays as it is. @see RFC 6455, 5.2 */
export function clientFrame(payload: string | Buffer, opcode = 1, isLast = true): Buffer {
  const bytes = Buffer.from(payload as string);
  const head = Buffer.alloc(bytes.length < 126 ? 2 : bytes.length < 65_536 ? 4 : 10);
  head[0] = (isLast ? 0x80 : 0) | opcode;
  if (head.length === 2) head[1] = 0x80 | bytes.length;
  else if (head.length === 4) {
    head[1] = 0xfe;
    head.writeUInt16BE(bytes.length, 2);
  } else {
    head[1] = 0xff;
    head.writeUIntBE(bytes.length, 4, 6);
  }
  return Buffer.concat([head, Buffer.alloc(4), bytes]);
}

export interface ServerFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A WebSocket client over bare TCP: it can stop reading, read slowly and write half a frame. */
export interface TcpClient {
  readonly socket: Socket;
  readonly frames: readonly ServerFrame[];
  subscribe(id: string, query: string, variables?: object): void;
  /** Messages of type `next`. */
  messages(): { readonly id: string; readonly payload: unknown }[];
  /** The newest version of each note that was told. */
  newest(): ReadonlyMap<string, number>;
  /** Notes of which an older version was told after a newer one. */
  wentBack(): string[];
  closeCode(): number | undefined;
}

/** Connected and acknowledged. */
export async function openTcp(url: string, viewer: string, socket = connectTo(url)): Promise<TcpClient> {
  const frames: ServerFrame[] = [];
  let parts: Buffer[] = [];
  let held = 0;
  /** Fewer bytes hold no whole frame: joined only then, a large frame is not copied with each of its parts. */
  let enough = 0;
  let isUpgraded = false;
  socket.on('error', () => {
    /* The server may cut it: tests look at what arrived until then. */
  });
  socket.on('data', (data) => {
    parts.push(data);
    held += data.length;
    if (held < enough) return;
    let rest = Buffer.concat(parts);
    parts = [rest];
    if (!isUpgraded) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      isUpgraded = true;
      rest = rest.subarray(end + 4);
    }
    ({ rest, enough } = cut(rest, frames));
    parts = [rest];
    held = rest.length;
  });
  if (socket.connecting) await once(socket, 'connect');
  const lines = ['GET /graphql HTTP/1.1', 'Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket'];
  const headers = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='];
  socket.write([...lines, ...headers, 'Sec-WebSocket-Protocol: graphql-transport-ws', '', ''].join('\r\n'));
  socket.write(clientFrame(JSON.stringify({ type: 'connection_init', payload: { authorization: viewer } })));
  while (frames.length === 0) await once(socket, 'data');
  const texts = () => frames.filter(({ opcode }) => opcode === 1).map(({ payload }) => JSON.parse(String(payload)));
  const messages = () => texts().filter(({ type }: { type: string }) => type === 'next');
  const notes = () =>
    messages().flatMap(({ payload }) => {
      const { data } = payload as { data: { notesChanged: { notes: { id: string; version: number }[] } } };
      return data.notesChanged.notes;
    });
  return {
    socket,
    frames,
    messages,
    subscribe: (id, query, variables = {}) =>
      void socket.write(clientFrame(JSON.stringify({ id, type: 'subscribe', payload: { query, variables } }))),
    newest: () => new Map(notes().map(({ id, version }) => [id, version])),
    wentBack() {
      const seen = new Map<string, number>();
      return notes().flatMap(({ id, version }) => {
        const before = seen.get(id) ?? 0;
        seen.set(id, version);
        return version < before ? [id] : [];
      });
    },
    closeCode: () => frames.find(({ opcode }) => opcode === 8)?.payload.readUInt16BE(0),
  };
}

function connectTo(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect(Number(port), hostname);
}

/** Takes whole frames off the front; the rest waits until there is `enough`. */
function cut(bytes: Buffer<ArrayBuffer>, frames: ServerFrame[]): { rest: Buffer<ArrayBuffer>; enough: number } {
  let at = 0;
  for (;;) {
    const left = bytes.subarray(at);
    const short = Number(left[1]) & 127;
    const head = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (left.length < head) return { rest: left, enough: head };
    const length = short < 126 ? short : short === 126 ? left.readUInt16BE(2) : left.readUIntBE(4, 6);
    if (left.length < head + length) return { rest: left, enough: head + length };
    frames.push({ opcode: Number(left[0]) & 15, payload: Buffer.from(left.subarray(head, head + length)) });
    at += head + length;
  }
}
