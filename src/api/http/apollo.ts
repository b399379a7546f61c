import { randomUUID } from 'node:crypto';
import { ApolloServer, HeaderMap } from '@apollo/server';
import type { ApolloServerPlugin, GraphQLRequestListener, HTTPGraphQLRequest } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { baseUrlOf } from './caller.js';
import type { ContextFor } from './caller.js';
import type { Mask } from './masking.js';
import type { Pipeline } from './pipeline.js';
import { toGraphQLError } from './refusal.js';

export interface ApolloNeeds<C extends object> {
  readonly pipeline: Pipeline;
  readonly contextFor: ContextFor<C>;
  readonly mask: Mask;
  readonly logger: Logger;
  /** This server's own address, for requests without a usable Host header. */
  readonly ownUrl: () => string;
}

/** With its body, parsed. */
export type GraphqlRequest = IncomingMessage & { readonly body?: unknown };

/** Errors of a well-formed request: status 400 under application/graphql-response+json, 200 under application/json. */
const requestErrors = new Set<unknown>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
]);

/**
 * GraphQL over HTTP (GET and POST), as a handler that needs a parsed body.
 *
 * Apollo takes the steps of the pipeline with the pipeline's own parts: its
 * document store, parser options and rules. It copies the context object
 * shallowly for each operation: a context is plain properties, not a class
 * with private ones.
 */
export async function createApolloEnd<C extends object>(needs: ApolloNeeds<C>) {
  const { pipeline } = needs;
  /** Apollo formats errors without saying of which request they are. */
  const requestIds = new WeakMap<object, string>();

  const apollo = new ApolloServer<C>({
    schema: pipeline.schema,
    parseOptions: pipeline.parseOptions,
    validationRules: [...pipeline.rules],
    documentStore: {
      get: async (key) => pipeline.documents.get(hashIn(key)),
      set: async (key, document) => pipeline.documents.set(hashIn(key), document),
      delete: async () => false,
    },
    formatError: (_formatted, error) => {
      const failure = toGraphQLError(error);
      return needs.mask(failure, requestIds.get(failure) ?? randomUUID());
    },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      httpManners(requestIds),
      compiledAnswers(pipeline),
    ],
    introspection: true,
    persistedQueries: false,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    nodeEnv: 'production',
    logger: needs.logger,
  });
  await apollo.start();

  async function context(request: IncomingMessage, response: ServerResponse): Promise<C> {
    try {
      const { authorization } = request.headers;
      return await needs.contextFor({
        baseUrl: baseUrlOf(request, needs.ownUrl()),
        ...(authorization !== undefined && { authorization }),
        get signal() {
          return goneSignal(response);
        },
      });
    } catch (error) {
      const failure = toGraphQLError(error);
      requestIds.set(failure, String(request.headers['x-request-id']));
      throw failure;
    }
  }

  const handler = async (request: GraphqlRequest, response: ServerResponse): Promise<void> => {
    const {
      status = 200,
      headers,
      body,
    } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: askedBy(request),
      context: () => context(request, response),
    });
    if (body.kind !== 'complete') throw new Error('Nothing here answers in parts.');
    response.statusCode = status;
    for (const [name, value] of headers) response.setHeader(name, value);
    // With its length, and as text: then head and body are written in one piece.
    response.setHeader('content-length', Buffer.byteLength(body.string));
    response.end(body.string);
  };
  return { handler, stop: () => apollo.stop() };
}

function askedBy({ method = '', headers, url = '', body }: GraphqlRequest): HTTPGraphQLRequest {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const query = url.indexOf('?');
  return { method, headers: map, search: query === -1 ? '' : url.slice(query), body };
}

/** Made when it is asked for: to abort costs more than most queries. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (response.closed) gone.abort();
  else response.once('close', () => gone.abort());
  return gone.signal;
}

/** Apollo's keys are a hash of the schema, then the SHA-256 of the document's text. */
function hashIn(key: string): string {
  return key.slice(-64);
}

/** Answers from compiled code what is compiled; Apollo executes everything else. */
function compiledAnswers<C extends object>({ execution }: Pipeline): ApolloServerPlugin<C> {
  return {
    async requestDidStart(): Promise<GraphQLRequestListener<C>> {
      return {
        async responseForOperation({ schema, document, operationName, contextValue, request }) {
          const variableValues = request.variables ?? {};
          const result = await execution.tryCompiled({ schema, document, operationName, contextValue, variableValues });
          if (!result) return null;
          const { data = null } = result;
          return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult: { data } } };
        },
      };
    },
  };
}

function httpManners<C extends object>(requestIds: WeakMap<object, string>): ApolloServerPlugin<C> {
  return {
    async requestDidStart({ request }): Promise<GraphQLRequestListener<C>> {
      const requestId = request.http?.headers.get('x-request-id') ?? randomUUID();
      const asksForStatus = request.http?.headers.get('accept') === 'application/graphql-response+json';
      return {
        async didResolveOperation({ operation }) {
          if (operation?.operation !== 'subscription') return;
          throw new GraphQLError('Subscriptions run over a WebSocket (graphql-transport-ws) at this same address.', {
            extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
          });
        },
        async didEncounterErrors({ errors }) {
          for (const error of errors) requestIds.set(error, requestId);
        },
        async willSendResponse({ response }) {
          if (asksForStatus || response.body.kind !== 'single' || response.body.singleResult.data !== undefined) return;
          const errors = response.body.singleResult.errors ?? [];
          if (errors.every((error) => requestErrors.has(error.extensions?.['code']))) response.http.status = 200;
        },
      };
    },
  };
}
