import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { request as send } from 'undici';
import { startLocalKubernetes } from '../../../src/local/kubernetes/cluster.js';
import { connect } from './kubeconfig.js';
import type { Connection } from './kubeconfig.js';

/** Whatever the API answers: an object, a list or a Status, with the fields of all three. */
export interface ApiBody {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ApiMeta;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: Readonly<Record<string, unknown>> & string;
  readonly data: Readonly<Record<string, string>>;
  readonly items: readonly ApiBody[];
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details: {
    readonly name: string;
    readonly causes: readonly { readonly field: string; readonly reason: string }[];
  };
  readonly [field: string]: unknown;
}

export interface ApiMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly Readonly<Record<string, unknown>>[];
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: ApiBody;
}

export type Cancellable<T> = AsyncIterable<T> & { cancel(): void };

/** One cluster with a namespace of this run's own, which is deleted on disposal. */
export interface TestCluster extends AsyncDisposable {
  readonly namespace: string;
  readonly kubeconfigPath: string;
  /** A container image with a shell that the cluster has. */
  readonly image: string;
  /** `body`: text and bytes go out as they are, anything else as JSON. A non-JSON answer (a log) is in `text` only. */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: Record<string, unknown>; body: ApiBody; text: string }>;
  /** A GET by somebody whom the cluster does not know. */
  requestAsStranger(path: string): Promise<{ status: number; body: ApiBody }>;
  /** Opens a GET whose answer goes on, line by line (a followed log). @throws Error when the status is not 200 */
  lines(path: string): Cancellable<string>;
  /** The path with its query, `watch=1` included. Iteration ends when the server ends the watch or after `cancel`. */
  watch(path: string): Cancellable<WatchEvent>;
}

/**
 * With KUBECONFIG set: that cluster. Otherwise a fresh stand-in in a temporary
 * directory, which remembers `historyChanges` changes if that is given.
 */
export async function openCluster(historyChanges?: number): Promise<TestCluster> {
  const image = process.env['CONTRACT_IMAGE'] ?? 'localhost/debian:bookworm-slim';
  const given = process.env['KUBECONFIG'];
  if (given !== undefined && given !== '') return withNamespace(connect(given), image, async () => undefined);

  const directory = await mkdtemp(join(tmpdir(), 'local-kubernetes-'));
  const local = await startLocalKubernetes({
    directory,
    images: { [image]: {} },
    ...(historyChanges !== undefined && { historyChanges }),
  });
  return withNamespace(connect(local.kubeconfigPath), image, async () => {
    await local[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });
}

async function withNamespace(to: Connection, image: string, end: () => Promise<void>): Promise<TestCluster> {
  const namespace = `contract-${randomBytes(4).toString('hex')}`;
  const request: TestCluster['request'] = async (method, path, body, headers) => {
    const answer = await send(`${to.server}${path}`, {
      method: method as 'GET',
      dispatcher: to.agent,
      headers: { 'content-type': 'application/json', ...to.headers, ...headers },
      ...(body !== undefined && {
        body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      }),
    });
    const text = await answer.body.text();
    const isJson = String(answer.headers['content-type']).startsWith('application/json');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text,
      body: (isJson && text !== '' ? JSON.parse(text) : {}) as ApiBody,
    };
  };
  const requestAsStranger: TestCluster['requestAsStranger'] = async (path) => {
    const headers = { authorization: 'Bearer wrong' };
    const answer = await send(`${to.server}${path}`, { dispatcher: to.strangersAgent, headers });
    return { status: answer.statusCode, body: (await answer.body.json()) as ApiBody };
  };
  const lines = (path: string): Cancellable<string> => linesOf(to, path);
  const cluster: TestCluster = {
    namespace,
    kubeconfigPath: to.kubeconfigPath,
    image,
    request,
    requestAsStranger,
    lines,
    watch(path) {
      const source = lines(path);
      return {
        cancel: source.cancel,
        async *[Symbol.asyncIterator]() {
          for await (const line of source) yield JSON.parse(line) as WatchEvent;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await request('DELETE', `/api/v1/namespaces/${namespace}`);
      await Promise.all([to.agent.destroy(), to.strangersAgent.destroy()]);
      await end();
    },
  };
  const created = await request('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  if (created.status !== 201) throw new Error(`no namespace: ${created.text}`);
  await untilPodsAreAccepted(cluster);
  return cluster;
}

/** A real cluster refuses pods until the namespace's service account was made, some moments later. */
async function untilPodsAreAccepted({ request, namespace, image }: TestCluster): Promise<void> {
  const pod = { metadata: { name: 'probe' }, spec: { containers: [{ name: 'main', image }] } };
  let last = '';
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const { status, text } = await request('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod);
    if (status === 201) return;
    last = text;
    await pause(50);
  }
  throw new Error(`pods are not accepted in ${namespace}: ${last}`);
}

function linesOf(to: Connection, path: string): Cancellable<string> {
  const abort = new AbortController();
  return {
    cancel: () => abort.abort(),
    async *[Symbol.asyncIterator]() {
      try {
        const answer = await send(`${to.server}${path}`, {
          dispatcher: to.agent,
          headers: { ...to.headers },
          signal: abort.signal,
        });
        if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${await answer.body.text()}`);
        let rest = '';
        for await (const chunk of answer.body.setEncoding('utf8') as AsyncIterable<string>) {
          const parts = (rest + chunk).split('\n');
          rest = parts.pop() ?? '';
          yield* parts;
        }
        if (rest !== '') yield rest;
      } catch (error) {
        if (!abort.signal.aborted) throw error;
      } finally {
        abort.abort();
      }
    },
  };
}
