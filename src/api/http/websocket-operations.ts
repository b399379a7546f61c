import { randomUUID } from 'node:crypto';
import { getOperationAST, GraphQLError } from 'graphql';
import type { ExecutionArgs, ExecutionResult, FormattedExecutionResult } from 'graphql';
import { CloseCode, makeServer } from 'graphql-ws';
import type { OperationResult, Server, SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import type { Hub } from '../hub/hub.js';
import type { Caller, ContextFor } from './caller.js';
import type { Connection, Conversation } from './connection.js';
import type { HttpLimits } from './limits.js';
import type { Mask } from './masking.js';
import type { Pipeline } from './pipeline.js';
import { HttpRefusal, toGraphQLError } from './refusal.js';

export interface OperationNeeds<C extends object> {
  readonly pipeline: Pipeline;
  readonly hub: Hub;
  readonly contextFor: ContextFor<C>;
  /** Whose sockets are counted together; the one token's when left out. */
  readonly userOf?: ((context: C) => string) | undefined;
  readonly mask: Mask;
  readonly limits: HttpLimits;
  readonly logger: Logger;
  readonly isDraining: () => boolean;
}

/** An operation that may run. */
interface Admitted extends ExecutionArgs {
  readonly id: string;
  readonly documentHash: string;
  readonly connection: Connection;
}

/** Close code "try again later": clients reconnect. */
const tryAgainLater = 1013;

/**
 * The graphql-transport-ws protocol over the shared pipeline.
 *
 * A refused operation answers `error` for its id and leaves its siblings and
 * the socket alone: stock graphql-ws closes the socket for a syntax error, so
 * documents are prepared in `onSubscribe`, and nothing in there throws.
 */
export function createOperations<C extends object>(needs: OperationNeeds<C>): Server<Connection> {
  const { mask, limits } = needs;
  return makeServer<Record<string, unknown> | undefined, Connection>({
    connectionInitWaitTimeout: limits.initSeconds * 1000,

    async onConnect(conversation) {
      const { extra } = conversation;
      extra.conversation = conversation;
      try {
        const caller = callerOf(conversation);
        const context = await needs.contextFor(caller);
        if (extra.belongsTo(needs.userOf?.(context) ?? caller.authorization ?? '')) return true;
        extra.close(tryAgainLater, `At most ${limits.socketsPerUser} sockets at once for one user`);
        return false;
      } catch (error) {
        if (error instanceof HttpRefusal) {
          extra.close(error.status === 401 ? CloseCode.Unauthorized : CloseCode.Forbidden, error.message);
        } else {
          const { extensions } = mask(toGraphQLError(error), randomUUID());
          extra.close(tryAgainLater, `Internal error ${String(extensions?.['requestId'])}`);
        }
        return false;
      }
    },

    async onSubscribe(conversation, id, payload) {
      try {
        return await admit(needs, conversation, id, payload);
      } catch (error) {
        return [toGraphQLError(error)];
      }
    },
    execute: (args) => orErrors(() => needs.pipeline.execution.execute(args)),
    subscribe(args) {
      const { id, documentHash, connection } = args as Admitted;
      return orErrors(() => needs.hub.subscribe({ args, id, documentHash, line: connection.line() }));
    },

    async onOperation(_conversation, _id, _payload, _args, result) {
      if (!needs.isDraining() || !(Symbol.asyncIterator in result)) return undefined;
      void result[Symbol.asyncIterator]().return?.();
      return { errors: [goingAway()] };
    },
    onNext: (_conversation, _id, _payload, _args, result) =>
      result.errors ? masked(mask, result.errors, result) : undefined,
    onError(_conversation, _id, _payload, errors) {
      const requestId = randomUUID();
      return errors.map((error) => mask(toGraphQLError(error), requestId));
    },
    onComplete({ extra, subscriptions }, id) {
      extra.operationEnded(Object.keys(subscriptions).filter((other) => other !== id).length);
    },
  });
}

async function admit<C extends object>(
  needs: OperationNeeds<C>,
  conversation: Conversation,
  id: string,
  payload: SubscribePayload,
): Promise<Admitted | readonly GraphQLError[]> {
  const { pipeline, limits } = needs;
  if (needs.isDraining()) return [goingAway()];
  if (Object.keys(conversation.subscriptions).length > limits.subscriptionsPerSocket) {
    return [refusal('RATE_LIMITED', `At most ${limits.subscriptionsPerSocket} operations at once on one socket.`)];
  }
  const prepared = pipeline.prepare(payload.query);
  if ('errors' in prepared) return prepared.errors;
  const { document, hash } = prepared;
  // graphql-ws keeps the message for as long as the operation runs: thousands then share one text.
  if (document.loc) Object.assign(payload, { query: document.loc.source.body });
  if (!getOperationAST(document, payload.operationName)) {
    return [refusal('OPERATION_RESOLUTION_FAILURE', 'Name one operation of the document.')];
  }
  return {
    id,
    documentHash: hash,
    connection: conversation.extra,
    schema: pipeline.schema,
    document,
    contextValue: await needs.contextFor(callerOf(conversation)),
    operationName: payload.operationName ?? null,
    variableValues: payload.variables ?? null,
  };
}

/** A result with errors, as it may leave the house. */
export function masked(
  mask: Mask,
  errors: readonly GraphQLError[],
  { data, extensions }: Partial<{ [Name in 'data' | 'extensions']: ExecutionResult[Name] | undefined }>,
): FormattedExecutionResult {
  const requestId = randomUUID();
  return {
    ...(data !== undefined && { data }),
    ...(extensions && { extensions }),
    errors: errors.map((error) => mask(error, requestId)),
  };
}

/** Browsers cannot set headers on a socket: a token in `connection_init` counts as the Authorization header. */
function callerOf({ connectionParams, extra }: Conversation): Caller {
  const said = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
  return typeof said === 'string' ? extra.caller(said) : extra.caller();
}

/** graphql-js throws what it holds for the server's mistakes, such as a source that is no async iterable. */
async function orErrors(run: () => OperationResult): Promise<Awaited<OperationResult>> {
  try {
    return await run();
  } catch (error) {
    return { errors: [toGraphQLError(error)] };
  }
}

function goingAway(): GraphQLError {
  return refusal('UNAVAILABLE', 'The server is going away; connect again.');
}

function refusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
