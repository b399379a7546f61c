import { createServer, connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** How many bytes a connection may carry before it is cut; what is left out is not bounded. */
export interface Cut {
  /** From the server to the client. */
  readonly down?: number;
  /** From the client to the server. */
  readonly up?: number;
}

/** A TCP proxy on loopback that cuts connections after exactly so many bytes, or stops forwarding without a word. */
export async function startTcpProxy(targetPort: number) {
  const links = new Set<{ readonly client: Socket; readonly server: Socket; frozen: boolean }>();
  const cuts: Cut[] = [];
  const seen: { down: Buffer; up: Buffer }[] = [];
  let isDeaf = false;

  const proxy = createServer((client) => {
    const server = connect(targetPort, '127.0.0.1');
    const link = { client, server, frozen: isDeaf };
    const cut = cuts.shift() ?? {};
    const bytes = { down: Buffer.alloc(0), up: Buffer.alloc(0) };
    seen.push(bytes);
    links.add(link);
    const end = (): void => {
      links.delete(link);
      client.destroy();
      server.destroy();
    };
    const carry = (from: Socket, to: Socket, way: 'down' | 'up'): void => {
      const limit = cut[way] ?? Infinity;
      from.on('data', (chunk: Buffer) => {
        if (link.frozen) return;
        const part = chunk.subarray(0, limit - bytes[way].length);
        bytes[way] = Buffer.concat([bytes[way], part]);
        to.write(part, () => bytes[way].length >= limit && end());
      });
      from.on('error', end);
      from.on('close', () => !link.frozen && end());
    };
    client.setNoDelay(true);
    carry(client, server, 'up');
    carry(server, client, 'down');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const own = (proxy.address() as AddressInfo).port;

  return {
    url: `http://127.0.0.1:${own}/graphql`,
    /** What each connection has carried, in the order in which they came. */
    seen,
    /** The next connections are cut so, one each. */
    cutNext: (...next: readonly Cut[]) => cuts.push(...next),
    cutAll: () => {
      for (const { client, server } of links) {
        client.destroy();
        server.destroy();
      }
    },
    /** Nothing is forwarded any more on the connections that there are, and none is closed: as when a cable is pulled. */
    freeze: () => {
      for (const link of links) link.frozen = true;
    },
    /** True: new connections are accepted and carry nothing. */
    deafen: (deaf: boolean) => (isDeaf = deaf),
    async [Symbol.asyncDispose](): Promise<void> {
      for (const { client, server } of links) {
        client.destroy();
        server.destroy();
      }
      await new Promise<void>((resolve) => proxy.close(() => resolve()));
    },
  };
}

/** Where what a WebSocket server has sent may be cut between frames: after the handshake, then after each frame (RFC 6455, 5.2). */
export function frameEnds(sent: Buffer): number[] {
  const ends = [sent.indexOf('\r\n\r\n') + 4];
  for (let at = ends[0] ?? 0; at + 2 <= sent.length;) {
    const short = sent.readUInt8(at + 1) & 0x7f;
    const masked = sent.readUInt8(at + 1) & 0x80 ? 4 : 0;
    if (short === 126) at += 4 + masked + sent.readUInt16BE(at + 2);
    else if (short === 127) at += 10 + masked + Number(sent.readBigUInt64BE(at + 2));
    else at += 2 + masked + short;
    ends.push(at);
  }
  return ends;
}
