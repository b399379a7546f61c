import { request as send } from 'undici';
import { connect } from '../contract/kubernetes/kubeconfig.js';

/** An object as the API answers it; the caller says what it looks for in it. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
const strategicPatch = 'application/strategic-merge-patch+json';

/** A real cluster, asked by somebody who may do everything there. */
export interface Cluster extends AsyncDisposable {
  readonly server: string;
  /** The path of the administrator's kubeconfig. */
  readonly kubeconfigPath: string;
  ask<T = unknown>(method: Method, path: string, body?: unknown): Promise<Answer<T>>;
  /** @throws Error with the API's words for any status of 400 or above */
  get<T>(path: string): Promise<T>;
  create<T = unknown>(path: string, body: object): Promise<T>;
  /** Strategically: conditions are merged by type. */
  patch<T = unknown>(path: string, body: object): Promise<T>;
}

/** @throws Error in one sentence when no cluster is named */
export function openCluster(): Cluster {
  const kubeconfigPath = process.env['KUBECONFIG'];
  if (!kubeconfigPath) throw new Error('KUBECONFIG is not set: these tests need a real cluster, see CONTRIBUTING.md.');
  const to = connect(kubeconfigPath);
  const ask = async <T>(method: Method, path: string, body?: unknown): Promise<Answer<T>> => {
    const answer = await send(`${to.server}${path}`, {
      method,
      dispatcher: to.agent,
      headers: { 'content-type': method === 'PATCH' ? strategicPatch : 'application/json', ...to.headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, body: (await answer.body.json()) as T };
  };
  return {
    server: to.server,
    kubeconfigPath,
    ask,
    get: (path) => orThrow(ask('GET', path)),
    create: (path, body) => orThrow(ask('POST', path, body)),
    patch: (path, body) => orThrow(ask('PATCH', path, body)),
    [Symbol.asyncDispose]: async () => void (await Promise.all([to.agent.destroy(), to.strangersAgent.destroy()])),
  };
}

async function orThrow<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { status, body } = await answer;
  if (status >= 400) throw new Error(`HTTP ${status}: ${(body as { message?: string }).message}`);
  return body;
}

/** Resolves to the first answer that is not undefined. @throws Error after so many seconds */
export async function until<T>(what: string, seconds: number, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${seconds} s.`);
    await new Promise((resolve) => void setTimeout(resolve, 50));
  }
}
