import { connect, createServer, type ListenOptions, type NetConnectOpts, type Socket } from 'node:net';

/** Something on the way that can stop forwarding without closing anything, as a lost network does. */
export interface FreezingProxy extends AsyncDisposable {
  /** Of a proxy that listens on a TCP port. */
  readonly port: number;
  /** From now on nothing passes, on old connections and new ones. */
  freeze(): void;
  /** New connections work again; what was lost on the old ones stays lost. */
  thaw(): void;
}

export async function startFreezingProxy(listen: ListenOptions, target: NetConnectOpts): Promise<FreezingProxy> {
  const sockets = new Set<Socket>();
  let isFrozen = false;

  const server = createServer((near) => {
    const far = connect(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => !isFrozen && to.write(bytes));
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        if (!isFrozen) to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(listen, resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    freeze: () => void (isFrozen = true),
    thaw: () => void (isFrozen = false),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
