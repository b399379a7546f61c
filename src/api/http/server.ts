import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import express from 'express';
import type { Logger } from 'pino';
import { createAnswerFailure, notFound, prepareAnswer } from './answers.js';
import { createApolloEnd } from './apollo.js';
import type { ContextFor } from './caller.js';
import { directGraphql, graphqlSteps } from './graphql-steps.js';
import { createGuard } from './guard.js';
import { healthRoutes } from './health.js';
import type { Check } from './health.js';
import { defaultLimits } from './limits.js';
import type { HttpLimits } from './limits.js';
import { closeWithin, listen, urlOf } from './listen.js';
import { createMask } from './masking.js';
import { pageRoutes } from './pages.js';
import { createPipeline } from './pipeline.js';
import type { ResolverMap } from './pipeline.js';
import { HttpRefusal } from './refusal.js';
import { refuseUpgrade } from './refuse-upgrade.js';
import { createWebSocketEnd } from './websocket.js';
import type { SocketCounts } from './websocket.js';

export interface HttpNeeds<C extends object> {
  /** Address to listen on. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** Text of schema.graphql. */
  readonly typeDefs: string;
  readonly resolvers: ResolverMap<C>;
  readonly contextFor: ContextFor<C>;
  /** Whose sockets are counted together; those of one token when left out. */
  readonly userOf?: (context: C) => string;
  /** Adds routes outside GraphQL; what they throw is answered as every other failure. */
  readonly mount?: (app: express.Express) => void;
  /** Where the built pages lie; none are served without it. */
  readonly webDirectory?: string;
  readonly readiness: () => readonly Check[];
  /** Names, without port, that this server answers to beside the loopback ones. */
  readonly allowedHosts?: readonly string[];
  readonly limits?: Partial<HttpLimits>;
  readonly logger: Logger;
}

export interface HttpServer extends AsyncDisposable {
  /** Without a slash at the end, e.g. http://127.0.0.1:7800. */
  readonly url: string;
  readonly port: number;
  /** What its WebSockets do at this moment. */
  counts(): SocketCounts;
  /** Closes the sockets of callers whom `contextFor` refuses by now; it is asked once for each token. */
  checkCallers(): Promise<void>;
  /** Not ready from now on; ends every socket in an orderly way. HTTP is answered until disposal. */
  drain(): Promise<void>;
}

/**
 * Serves GraphQL over HTTP and WebSocket at `/graphql`, probes, and pages.
 *
 * Disposal drains, then closes; it takes a few seconds at most, however many
 * callers hold on.
 *
 * @throws PortBusyError
 */
export async function startHttp<C extends object>(needs: HttpNeeds<C>): Promise<HttpServer> {
  const { logger, contextFor } = needs;
  const limits = { ...defaultLimits, ...needs.limits };
  let draining = false;
  let url = '';
  const ownUrl = () => url;

  const pipeline = createPipeline({ typeDefs: needs.typeDefs, resolvers: needs.resolvers, limits });
  const common = { pipeline, contextFor, userOf: needs.userOf, mask: createMask(logger), logger, ownUrl };
  const apollo = await createApolloEnd<C>(common);
  const sockets = createWebSocketEnd<C>({ ...common, limits });
  const guard = createGuard(needs);

  const fail = createAnswerFailure(logger);
  const prepare = (request: IncomingMessage, response: ServerResponse) => prepareAnswer(request, response, draining);
  const { handler } = apollo;
  const direct = directGraphql({ handler, requestBytes: limits.requestBytes, prepare, guard, fail });

  const app = express().disable('x-powered-by').disable('etag');
  app.use((request, response, next) => {
    prepare(request, response);
    next();
  });
  const guarded: express.RequestHandler = (request, _response, next) => next(guard(request.headers));
  app.all('/graphql', guarded, ...graphqlSteps(handler, limits.requestBytes));
  app.use(healthRoutes(() => [...needs.readiness(), ...(draining ? [goingAway] : [])]));
  app.use(guarded);
  if (needs.webDirectory !== undefined) app.use(pageRoutes(needs.webDirectory));
  needs.mount?.(app);
  app.use(notFound);
  app.use(((error, request, response, next) => {
    if (response.headersSent) next(error);
    else fail(error, request, response);
  }) satisfies express.ErrorRequestHandler);

  /** No limit on a whole request: an upload may take as long as its bytes keep coming. */
  const http = createServer(
    { requestTimeout: 0, headersTimeout: 15_000, keepAliveTimeout: 65_000 },
    (request, response) => {
      if (!direct(request, response)) app(request, response);
    },
  );
  http.timeout = 300_000;
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const [path] = (request.url ?? '').split('?');
    const refusal = path === '/graphql' ? guard(request.headers) : notHere;
    if (refusal ?? draining) refuseUpgrade(socket, refusal ?? stopping);
    else sockets.accept(request, socket, head);
  });

  async function close(): Promise<void> {
    draining = true;
    await sockets[Symbol.asyncDispose]();
    await closeWithin(http, limits.drainSeconds);
    await apollo.stop();
  }

  const port = await listen(http, needs.host, needs.port).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  url = urlOf(needs.host, port);
  let closed: Promise<void> | undefined;
  return {
    url,
    port,
    counts: () => sockets.counts(),
    checkCallers: () => sockets.checkCallers(),
    drain() {
      draining = true;
      return sockets.drain();
    },
    [Symbol.asyncDispose]: () => (closed ??= close()),
  };
}

const goingAway: Check = { name: 'serving', ready: false, reason: 'The server is going away.' };
const notHere = new HttpRefusal(404, 'NOT_FOUND', 'WebSockets are accepted at /graphql only.');
const stopping = new HttpRefusal(503, 'UNAVAILABLE', 'The server is going away; connect again.');
