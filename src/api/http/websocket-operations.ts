import { randomUUID } from 'node:crypto';
import { execute, getOperationAST, GraphQLError, subscribe } from 'graphql';
import type { ExecutionArgs } from 'graphql';
import { CloseCode, makeServer } from 'graphql-ws';
import type { Context, OperationResult, Server, SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import type { Caller, ContextFor } from './caller.js';
import type { HttpLimits } from './limits.js';
import type { Mask } from './masking.js';
import type { Pipeline } from './pipeline.js';
import { HttpRefusal, toGraphQLError } from './refusal.js';

/** One socket, as its operations see it. */
export interface Connection {
  /** From the upgrade request. */
  readonly caller: Caller;
  /** Set once the client introduced itself. */
  conversation?: Conversation;
  close(code: number, reason: string): void;
  /** Called when an operation has ended, before `complete` is sent for it; `remaining` are still open on this socket. */
  operationEnded(remaining: number): void;
}

export type Conversation = Context<Record<string, unknown> | undefined, Connection>;

export interface OperationNeeds<C extends object> {
  readonly pipeline: Pipeline;
  readonly contextFor: ContextFor<C>;
  readonly mask: Mask;
  readonly limits: HttpLimits;
  readonly logger: Logger;
  readonly isDraining: () => boolean;
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
        await needs.contextFor(callerOf(conversation));
        return true;
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

    async onSubscribe(conversation, _id, payload) {
      try {
        return await admit(needs, conversation, payload);
      } catch (error) {
        return [toGraphQLError(error)];
      }
    },
    execute: (args) => orErrors(() => execute(args)),
    subscribe: (args) => orErrors(() => subscribe(args)),

    async onOperation(_conversation, _id, _payload, _args, result) {
      if (!needs.isDraining() || !(Symbol.asyncIterator in result)) return undefined;
      void result[Symbol.asyncIterator]().return?.();
      return { errors: [goingAway()] };
    },
    onNext(_conversation, _id, _payload, _args, { errors, data, extensions }) {
      if (!errors) return;
      const requestId = randomUUID();
      return {
        ...(data !== undefined && { data }),
        ...(extensions && { extensions }),
        errors: errors.map((error) => mask(error, requestId)),
      };
    },
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
  payload: SubscribePayload,
): Promise<ExecutionArgs | readonly GraphQLError[]> {
  const { pipeline, limits } = needs;
  if (needs.isDraining()) return [goingAway()];
  if (Object.keys(conversation.subscriptions).length > limits.subscriptionsPerSocket) {
    return [refusal('RATE_LIMITED', `At most ${limits.subscriptionsPerSocket} operations at once on one socket.`)];
  }
  const prepared = pipeline.prepare(payload.query);
  if ('errors' in prepared) return prepared.errors;
  const { document } = prepared;
  if (!getOperationAST(document, payload.operationName)) {
    return [refusal('OPERATION_RESOLUTION_FAILURE', 'Name one operation of the document.')];
  }
  return {
    schema: pipeline.schema,
    document,
    contextValue: await needs.contextFor(callerOf(conversation)),
    operationName: payload.operationName ?? null,
    variableValues: payload.variables ?? null,
  };
}

/** Browsers cannot set headers on a socket: a token in `connection_init` counts as the Authorization header. */
function callerOf({ connectionParams, extra: { caller } }: Conversation): Caller {
  const said = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
  return typeof said === 'string' ? { ...caller, authorization: said } : caller;
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
