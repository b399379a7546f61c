import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { root, temporaryDirectory } from '../support/server-process.js';
import { until, type Cluster } from './cluster.js';

/** The objects of deploy/kubernetes on a cluster, under names of this run's own. */
export interface Installation extends AsyncDisposable {
  /** Of the server and its ServiceAccount. */
  readonly namespace: string;
  readonly runners: string;
  /** Of the ServiceAccount: all that the product is given. */
  readonly kubeconfigPath: string;
  readonly token: string;
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const plurals: Readonly<Record<string, string>> = {
  Namespace: 'namespaces',
  ServiceAccount: 'serviceaccounts',
  Role: 'roles',
  RoleBinding: 'rolebindings',
};

/**
 * Creates exactly what the file says, but for the names of the two namespaces,
 * and a token for the ServiceAccount as a pod of the server would have.
 */
export async function install(cluster: Cluster): Promise<Installation> {
  const namespace = `glados-test-${randomBytes(4).toString('hex')}`;
  const runners = `${namespace}-runners`;
  await apply(cluster, { namespace, runners });
  const { status } = await cluster.create<{ status: { token: string } }>(
    `/api/v1/namespaces/${namespace}/serviceaccounts/glados/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } },
  );
  const directory = temporaryDirectory();
  const kubeconfigPath = join(directory.path, 'kubeconfig');
  writeFileSync(kubeconfigPath, kubeconfigWith(status.token, cluster.kubeconfigPath), { mode: 0o600 });
  return {
    namespace,
    runners,
    kubeconfigPath,
    token: status.token,
    async [Symbol.asyncDispose]() {
      directory[Symbol.dispose]();
      for (const name of [runners, namespace]) await cluster.ask('DELETE', `/api/v1/namespaces/${name}`);
    },
  };
}

/** Makes what is not there of the file; also what went with a namespace that was deleted. */
export async function apply(
  cluster: Cluster,
  { namespace, runners }: Pick<Installation, 'namespace' | 'runners'>,
): Promise<void> {
  const text = readFileSync(join(root, 'deploy/kubernetes/rights.yaml'), 'utf8');
  for (const document of parseAllDocuments(text)) {
    const manifest = renamed(document.toJS(), { glados: namespace, 'glados-runners': runners });
    const { status, body } = await cluster.ask('POST', pathOf(manifest), manifest);
    if (status >= 400 && status !== 409) throw new Error(`HTTP ${status}: ${JSON.stringify(body)}`);
  }
  await until('the default ServiceAccount', 30, async () => {
    const { status } = await cluster.ask('GET', `/api/v1/namespaces/${runners}/serviceaccounts/default`);
    return status === 200 ? true : undefined;
  });
}

/** The manifest with other namespaces, wherever it names one. */
function renamed(manifest: Manifest, names: Readonly<Record<string, string>>): Manifest {
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, key === 'namespace' ? names[String(one)] : rename(one)]),
    );
  };
  const other = rename(manifest) as Manifest;
  if (manifest.kind !== 'Namespace') return other;
  return { ...other, metadata: { ...other.metadata, name: names[manifest.metadata.name] ?? '' } };
}

function pathOf({ apiVersion, kind, metadata }: Manifest): string {
  const group = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const within = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${group}${within}/${plurals[kind]}`;
}

/** The administrator's way to the cluster, or another one, with somebody else's token. */
export function kubeconfigWith(token: string, administrators: string, server?: string): string {
  const config = parse(readFileSync(administrators, 'utf8')) as {
    'current-context': string;
    contexts: { name: string; context: { cluster: string } }[];
    clusters: { name: string }[];
  };
  const context = config.contexts.find(({ name }) => name === config['current-context'])?.context;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'glados',
    contexts: [{ name: 'glados', context: { cluster: context?.cluster, user: 'glados' } }],
    clusters:
      server === undefined
        ? config.clusters.filter(({ name }) => name === context?.cluster)
        : [{ name: context?.cluster, cluster: { server } }],
    users: [{ name: 'glados', user: { token } }],
  });
}
