import { request as send } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { makeIdentity } from '../../../../src/local/kubernetes/certificate.js';
import { createFrom } from '../../../../src/local/kubernetes/api/create.js';
import { startApiServer } from '../../../../src/local/kubernetes/api/server.js';
import type { ServerNeeds } from '../../../../src/local/kubernetes/api/server.js';
import { openObjectStore } from '../../../../src/local/kubernetes/object-store.js';
import type { HistoryBounds } from '../../../../src/local/kubernetes/object-store.js';
import type { ObjectStore } from '../../../../src/local/kubernetes/objects.js';
import { kindOf } from '../../../../src/local/kubernetes/resources.js';

const credentials = { ...makeIdentity(new Date()), token: 'secret' };

/** An API server over an empty store with the namespace `default`, and what went wrong in it. */
export interface ApiFixture extends AsyncDisposable {
  readonly store: ObjectStore;
  readonly errors: unknown[];
  readonly server: AsyncDisposable & { readonly url: string };
  /** Opens a request and hands back its answer, unread. */
  open(
    path: string,
    init?: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<IncomingMessage>;
  /** The code, and the body as JSON or text. */
  ask(
    path: string,
    init?: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<{ code: number; body: Answer }>;
}

export interface Answer {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly items?: readonly { readonly metadata: { readonly name: string } }[];
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
}

const noLog = (): never => {
  throw new Error('this fixture has no node');
};

export async function openApi(needs: Partial<ServerNeeds> = {}, bounds?: HistoryBounds): Promise<ApiFixture> {
  const store = openObjectStore(':memory:', bounds);
  const home = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };
  createFrom(store, { kind: kindOf('namespaces'), watch: false }, home, false);
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const server = await startApiServer({ store, credentials, port: 0, readLog: noLog, onError, ...needs });
  const open: ApiFixture['open'] = (path, { method = 'GET', headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const authorization = `Bearer ${credentials.token}`;
      const options = {
        method,
        ca: credentials.certificate,
        headers: { authorization, 'content-type': 'application/json', ...headers },
      };
      const { hostname, port } = new URL(server.url);
      const request = send({ ...options, hostname, port, path }, resolve);
      request.on('error', reject);
      request.end(body);
    });
  return {
    store,
    errors,
    server,
    open,
    async ask(path, init) {
      const answer = await open(path, init);
      const text = (await answer.setEncoding('utf8').toArray()).join('');
      return {
        code: answer.statusCode ?? 0,
        body: (text.startsWith('{') ? JSON.parse(text) : { message: text }) as Answer,
      };
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      store[Symbol.dispose]();
    },
  };
}

export const configMaps = '/api/v1/namespaces/default/configmaps';

export const addConfigMap = (store: ObjectStore, name: string, text = ''): string =>
  createFrom(
    store,
    { kind: kindOf('configmaps'), namespace: 'default', watch: false },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { text } },
    false,
  ).metadata.resourceVersion;
