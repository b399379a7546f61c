import { readFile } from 'node:fs/promises';
import { KubeConfig, bufferFromFileOrString } from '@kubernetes/client-node';
import type { User } from '@kubernetes/client-node';

/** Where the cluster is named. */
export interface ClusterChoice {
  /** Without it: the service account that Kubernetes mounts into every pod that asks for one. */
  readonly kubeconfigPath?: string | undefined;
  /** Under which the service account's files are found; the file system's own root when left out. */
  readonly root?: string | undefined;
  /** Of the kubeconfig; its current context when left out. */
  readonly context?: string | undefined;
  /** Instead of the context's own. */
  readonly namespace?: string | undefined;
}

export interface TlsOptions {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface Credentials {
  readonly server: string;
  readonly namespace: string;
  readonly tls: TlsOptions;
  /** Asked before every request: tokens rotate. */
  headers(): Promise<Record<string, string>>;
}

/** Reads who we are and whom we talk to. @throws Error when the choice names no cluster or user. */
export function readCredentials(choice: ClusterChoice): Credentials {
  const config = load(choice);
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (!cluster || !user) throw new Error(`${choice.kubeconfigPath ?? 'the pod'} names no cluster and user`);
  if (cluster.proxyUrl !== undefined) throw new Error(`proxy-url of cluster ${cluster.name} is not supported`);

  const ca = bufferFromFileOrString(cluster.caFile, cluster.caData);
  const cert = bufferFromFileOrString(user.certFile, user.certData);
  const key = bufferFromFileOrString(user.keyFile, user.keyData);
  return {
    server: cluster.server.replace(/\/+$/, ''),
    namespace: choice.namespace ?? config.getContextObject(config.getCurrentContext())?.namespace?.trim() ?? 'default',
    tls: {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(cluster.tlsServerName !== undefined && { servername: cluster.tlsServerName }),
      ...(cluster.skipTLSVerify && { rejectUnauthorized: false }),
    },
    headers: headersOf(config, user),
  };
}

function load(choice: ClusterChoice): KubeConfig {
  const config = new KubeConfig();
  if (choice.kubeconfigPath === undefined) config.loadFromCluster(choice.root ?? '');
  else config.loadFromFile(choice.kubeconfigPath);
  // client-node's spelling of an environment without KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT.
  if (config.getCurrentCluster()?.server === 'https://undefined:undefined') {
    throw new Error('There is no kubeconfig, and this is no pod of a cluster.');
  }
  if (choice.context !== undefined) config.setCurrentContext(choice.context);
  return config;
}

function headersOf(config: KubeConfig, user: User): () => Promise<Record<string, string>> {
  const tokenFile = tokenFileOf(user);
  if (tokenFile !== undefined) {
    return async () => ({ authorization: `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}` });
  }
  if (user.exec !== undefined && user.exec !== null) {
    return async () => {
      const options: { headers: Record<string, string> } = { headers: {} };
      await config.applyToHTTPSOptions(options);
      return options.headers;
    };
  }
  const fixed: Record<string, string> = {};
  if (user.token !== undefined) fixed['authorization'] = `Bearer ${user.token}`;
  else if (user.username !== undefined) {
    const pair = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
    fixed['authorization'] = `Basic ${pair}`;
  }
  if (user.impersonateUser !== undefined) fixed['impersonate-user'] = user.impersonateUser;
  return async () => fixed;
}

function tokenFileOf(user: User): string | undefined {
  const provider = user.authProvider as { readonly config?: { readonly tokenFile?: string } } | null | undefined;
  return provider?.config?.tokenFile;
}
