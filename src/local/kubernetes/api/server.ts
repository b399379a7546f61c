import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ApiFailure } from '../api-failure.js';
import type { ObjectStore } from '../objects.js';
import { accessReview, accessReviewPath } from './access-review.js';
import { discoveryDocument } from './discovery.js';
import { coreEventsPath, eventsView, withCoreSelectors } from './events-view.js';
import { failureStatus, resourceNotFound } from './failure-status.js';
import { parseListOptions } from './list-options.js';
import { parseLogOptions, serveLog } from './log.js';
import type { ReadLog } from './log-source.js';
import { openApiDocument } from './openapi.js';
import { chooseRepresentation } from './representation.js';
import { readBody } from './request-body.js';
import { checkMethod, handleResource } from './resource-handler.js';
import { parseRoute } from './route.js';
import type { Route } from './route.js';
import { serveWatch } from './watch.js';

export interface ServerNeeds {
  readonly store: ObjectStore;
  readonly readLog: ReadLog;
  /** TLS key and certificate (PEM), and what a client must present as bearer token. */
  readonly credentials: { readonly key: string; readonly certificate: string; readonly token: string };
  /** 0 picks a free one. */
  readonly port: number;
  /** Told of what is no refusal but a defect of ours. */
  readonly onError: (error: unknown) => void;
  /** How much one watcher may lag behind before it is cut off, in characters of JSON. */
  readonly lagBytes?: number;
  readonly bookmarkSeconds?: number;
}

export interface ApiServer extends AsyncDisposable {
  readonly url: string;
}

/**
 * Serves the Kubernetes API over TLS on 127.0.0.1 (kubectl sends no token in the clear).
 *
 * Disposal ends every watch and every followed log at once.
 */
export async function startApiServer(needs: ServerNeeds): Promise<ApiServer> {
  const { key, certificate } = needs.credentials;
  const watches = new Set<() => void>();
  const server = createServer({ key, cert: certificate }, (request, response) => {
    // A connection that broke is told by 'close'; nobody is left to hear of it.
    response.on('error', () => undefined);
    answer(needs, watches, request, response).catch((error: unknown) => fail(needs, request, response, error));
  });
  // All of them, also those whose TLS handshake is under way: closeAllConnections() does not know these.
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.keepAliveTimeout = 75_000;
  server.requestTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(needs.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const end of watches) end();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const openPaths = new Set(['/livez', '/readyz', '/healthz', '/version']);

async function answer(
  needs: ServerNeeds,
  watches: Set<() => void>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [target = '/', ...queries] = (request.url ?? '/').split('?');
  const query = new URLSearchParams(queries.join('?'));
  const path = target.length > 1 ? target.replace(/\/$/u, '') : target;
  if (
    !openPaths.has(path.replace(/^(\/(livez|readyz|healthz))\/.*/u, '$1')) &&
    !isAuthorized(request, needs.credentials.token)
  ) {
    throw new ApiFailure(401, 'Unauthorized', 'Unauthorized');
  }
  if (/^\/(livez|readyz|healthz)(\/|$)/u.test(path)) return void response.end('ok');

  const accept = request.headers.accept ?? '';
  const document = discoveryDocument(path, accept);
  if (document) return sendJson(response, 200, document.body, document.contentType);
  const openApi = openApiDocument(path);
  if (openApi) return sendJson(response, 200, openApi);

  if (path === accessReviewPath && request.method === 'POST') {
    const { body } = await readBody(request, { kind: { kind: 'SelfSubjectAccessReview' } });
    return sendJson(response, 201, accessReview(body ?? {}));
  }
  const corePath = request.method === 'GET' ? coreEventsPath(path) : undefined;
  const route = parseRoute(corePath ?? path);
  if (route === 'unknown-group') {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
    return;
  }
  if (route === 'unknown-resource') throw resourceNotFound();
  const asked = corePath === undefined ? query : withCoreSelectors(query);
  const isView = corePath !== undefined && !accept.includes('as=');
  await answerResource(needs, watches, { route, query: asked, request, response, isView });
}

interface Exchange {
  readonly route: Route;
  readonly query: URLSearchParams;
  /** Of events, in the form of events.k8s.io. */
  readonly isView: boolean;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function answerResource(needs: ServerNeeds, watches: Set<() => void>, exchange: Exchange): Promise<void> {
  const { store, readLog } = needs;
  const { route, query, request, response } = exchange;
  const { kind, namespace = '', name = '' } = route;
  const method = request.method ?? 'GET';
  checkMethod(method, route);
  if (route.subresource === 'log') {
    return serveLog(readLog(namespace, name, parseLogOptions(query, name)), response);
  }
  const chosen = chooseRepresentation(kind, request.headers.accept ?? '', query.get('includeObject'));
  const representation = exchange.isView ? eventsView : chosen;
  if (method === 'GET' && route.name === undefined) {
    const options = parseListOptions(query, kind.resource, route.watch);
    if (options.watch) {
      const { lagBytes = 32 * 1024 * 1024, bookmarkSeconds = 60 } = needs;
      const end = serveWatch({ store, route, options, representation, response, lagBytes, bookmarkSeconds });
      watches.add(end);
      response.on('close', () => watches.delete(end));
      return;
    }
  }
  const { body, raw, mediaType } = await readBody(request, route);
  const reply = handleResource(method, { store, route, query, body, raw, mediaType }, representation);
  for (const warning of reply.warnings ?? []) response.appendHeader('warning', `299 - ${JSON.stringify(warning)}`);
  sendJson(response, reply.code, reply.body);
}

function isAuthorized(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function sendJson(response: ServerResponse, code: number, body: object, contentType = 'application/json'): void {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(code, {
    'content-type': contentType,
    'content-length': text.length,
    'cache-control': 'no-cache, private',
  });
  response.end(text);
}

function fail(needs: ServerNeeds, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (!(error instanceof ApiFailure)) needs.onError(error);
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const failure =
    error instanceof ApiFailure
      ? error
      : new ApiFailure(500, 'InternalError', 'Internal error occurred: see the log of the server');
  const retryAfter = failure.details?.retryAfterSeconds;
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
  // What is left of the body is not read: the connection cannot be used again.
  if (!request.complete) response.setHeader('connection', 'close');
  sendJson(response, failure.code, failureStatus(failure));
}
