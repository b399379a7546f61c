import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { temporaryDirectory } from '../support/server-process.js';

/** Carries bytes between us and an API server, and cuts connections at random. */
export interface CuttingProxy extends AsyncDisposable {
  /** The same cluster and user, through the proxy. */
  readonly kubeconfigPath: string;
  /** Connections that were cut. */
  readonly cuts: number;
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { server: string } }[];
}

/** @param everyMs So often, on the average, one open connection is cut, wherever in its bytes it stands. */
export async function startCuttingProxy(kubeconfigPath: string, everyMs: number): Promise<CuttingProxy> {
  const config = parse(readFileSync(kubeconfigPath, 'utf8')) as Kubeconfig;
  const { hostname, port } = new URL(config.clusters[0]?.cluster.server ?? '');
  const links = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    links.add(client);
    const end = (): void => {
      links.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const directory = temporaryDirectory();
  for (const { cluster } of config.clusters) {
    cluster.server = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const path = join(directory.path, 'kubeconfig');
  writeFileSync(path, stringify(config), { mode: 0o600 });
  let cuts = 0;
  let timer: NodeJS.Timeout;
  const cutLater = (): void => {
    timer = setTimeout(
      () => {
        const open = [...links];
        const unlucky = open[Math.floor(Math.random() * open.length)];
        if (unlucky) cuts += 1;
        unlucky?.destroy();
        cutLater();
      },
      everyMs * 2 * Math.random(),
    );
  };
  cutLater();
  return {
    kubeconfigPath: path,
    get cuts() {
      return cuts;
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      for (const link of links) link.destroy();
      await new Promise((resolve) => server.close(resolve));
      directory[Symbol.dispose]();
    },
  };
}
