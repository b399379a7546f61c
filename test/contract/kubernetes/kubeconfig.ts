import { readFileSync } from 'node:fs';
import { Agent } from 'undici';
import { parse } from 'yaml';

/** The fields of a kubeconfig that the suites need. */
interface Kubeconfig {
  readonly 'current-context': string;
  readonly contexts: readonly {
    readonly name: string;
    readonly context: { readonly cluster: string; readonly user: string };
  }[];
  readonly clusters: readonly {
    readonly name: string;
    readonly cluster: { readonly server: string } & Credential<'certificate-authority'>;
  }[];
  readonly users: readonly {
    readonly name: string;
    readonly user: { readonly token?: string } & Credential<'client-certificate'> & Credential<'client-key'>;
  }[];
}

/** A PEM by path, or in base64 as `<name>-data`. */
type Credential<Name extends string> = { readonly [key in Name | `${Name}-data`]?: string };

export interface Connection {
  readonly kubeconfigPath: string;
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The caller closes both. */
  readonly agent: Agent;
  /** Trusts the cluster as `agent` does, and is nobody to it. */
  readonly strangersAgent: Agent;
}

/** Opens what the current context of a kubeconfig names: token or client certificate, own CA or none. */
export function connect(path: string): Connection {
  const config = parse(readFileSync(path, 'utf8')) as Kubeconfig;
  const context = config.contexts.find(({ name }) => name === config['current-context'])?.context;
  const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users.find(({ name }) => name === context?.user)?.user;
  if (!cluster || !user) throw new Error(`the current context of ${path} names no cluster and user`);

  const ca = pem(cluster, 'certificate-authority');
  const cert = pem(user, 'client-certificate');
  const key = pem(user, 'client-key');
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  return {
    kubeconfigPath: path,
    server: cluster.server,
    headers: user.token === undefined ? {} : { authorization: `Bearer ${user.token}` },
    agent: new Agent({ bodyTimeout: 0, headersTimeout: 60_000, connect: tls }),
    strangersAgent: new Agent({ connect: { ...(ca && { ca }) } }),
  };
}

function pem<Name extends string>(from: Credential<Name>, name: Name): Buffer | undefined {
  const inline: string | undefined = from[`${name}-data`];
  if (inline !== undefined) return Buffer.from(inline, 'base64');
  const file: string | undefined = from[name];
  return file === undefined ? undefined : readFileSync(file);
}
