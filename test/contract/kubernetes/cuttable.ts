import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';

/** A way to a cluster that can be cut, or swallow what is sent. */
export interface Cuttable extends AsyncDisposable {
  /** As the one it was made from, but its cluster is at the other end of this way. */
  readonly kubeconfigPath: string;
  /** Breaks every connection and lets no new one through. */
  cut(): void;
  /** Nothing gets through any more in either direction, on no connection, and none of them ends: all are half open. */
  freeze(): void;
  /** Lets new connections through; those that were cut or frozen stay so. */
  mend(): void;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: Record<string, unknown> & { server: string } }[];
  readonly users: readonly { readonly user: Record<string, unknown> }[];
}

/** @param original The path of a kubeconfig that names one cluster, or whose clusters are one. */
export async function openCuttable(original: string): Promise<Cuttable> {
  const config = parse(await readFile(original, 'utf8')) as Kubeconfig;
  const target = new URL(String(config.clusters[0]?.cluster.server));
  const sockets = new Set<Socket>();
  let state: 'whole' | 'cut' | 'frozen' = 'whole';
  const server = createServer((near) => {
    const far = connect({ host: target.hostname, port: Number(target.port || 443) });
    for (const socket of [near, far]) {
      sockets.add(socket);
      // What breaks here is told to the other side by its end.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    if (state === 'cut') near.destroy();
    else if (state === 'whole') near.pipe(far).pipe(near);
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));

  const { port } = server.address() as AddressInfo;
  for (const { cluster } of config.clusters) {
    cluster.server = `${target.protocol}//127.0.0.1:${port}${target.pathname}`;
    if (target.hostname !== '127.0.0.1') cluster['tls-server-name'] ??= target.hostname;
    makeAbsolute(cluster, dirname(original), ['certificate-authority']);
  }
  for (const { user } of config.users) makeAbsolute(user, dirname(original), ['client-certificate', 'client-key']);
  const directory = await mkdtemp(join(tmpdir(), 'cuttable-'));
  const kubeconfigPath = join(directory, 'kubeconfig');
  await writeFile(kubeconfigPath, stringify(config), { mode: 0o600 });

  const breakAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    kubeconfigPath,
    cut() {
      state = 'cut';
      breakAll();
    },
    freeze() {
      state = 'frozen';
      for (const socket of sockets) socket.unpipe();
    },
    mend: () => void (state = 'whole'),
    async [Symbol.asyncDispose]() {
      breakAll();
      await new Promise<void>((done) => void server.close(() => done()));
      await rm(directory, { recursive: true });
    },
  };
}

function makeAbsolute(where: Record<string, unknown>, base: string, names: readonly string[]): void {
  for (const name of names) if (typeof where[name] === 'string') where[name] = resolve(base, where[name]);
}
