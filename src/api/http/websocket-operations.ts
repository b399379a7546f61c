import { randomUUID } from 'node:crypto';
import { getOperationAST, GraphQLError, OperationTypeNode } from 'graphql';
import type { ExecutionArgs, ExecutionResult, FormattedExecutionResult, OperationDefinitionNode } from 'graphql';
import type { Logger } from 'pino';
import type { Hub } from '../hub/hub.js';
import { Member } from '../hub/member.js';
import type { ContextFor } from './caller.js';
import type { Asked } from './client-message.js';
import { closeCodes } from './close-codes.js';
import type { Farewell } from './close-codes.js';
import type { Connection } from './connection.js';
import type { HttpLimits } from './limits.js';
import type { Mask } from './masking.js';
import type { Operation } from './operation.js';
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
interface Admitted {
  readonly args: ExecutionArgs;
  readonly documentHash: string;
  readonly operation: OperationDefinitionNode;
}

type Outcome = Member | AsyncIterableIterator<ExecutionResult> | ExecutionResult;

/** Who may stay on a socket, and what runs on it: by the shared pipeline. */
export function createOperations<C extends object>(needs: OperationNeeds<C>) {
  const { mask, limits, logger, hub } = needs;
  const shown = (result: ExecutionResult) => (result.errors ? masked(mask, result.errors, result) : result);

  /** @returns why not */
  async function admit(connection: Connection): Promise<Farewell | undefined> {
    try {
      const context = await needs.contextFor(connection);
      if (connection.belongsTo(needs.userOf?.(context) ?? connection.authorization ?? '')) return undefined;
      const reason = `At most ${limits.socketsPerUser} sockets at once for one user`;
      return { code: closeCodes.tryAgainLater, reason };
    } catch (error) {
      if (error instanceof HttpRefusal) {
        const code = error.status === 401 ? closeCodes.unauthorized : closeCodes.forbidden;
        return { code, reason: error.message };
      }
      const { extensions } = mask(toGraphQLError(error), randomUUID());
      return { code: closeCodes.tryAgainLater, reason: `Internal error ${String(extensions?.['requestId'])}` };
    }
  }

  /** graphql-js throws what it holds for the server's mistakes, such as a source that is no async iterable. */
  async function begin(subscriber: Operation, { args, documentHash, operation }: Admitted): Promise<Outcome> {
    try {
      if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return await needs.pipeline.execution.execute(args);
      return await hub.subscribe({ args, operation, documentHash, subscriber, line: subscriber.connection.line() });
    } catch (error) {
      return { errors: [toGraphQLError(error)] };
    }
  }

  async function follow(operation: Operation, source: AsyncIterableIterator<ExecutionResult>): Promise<void> {
    operation.streams(() => {
      source.return?.().catch((error: unknown) => {
        logger.error({ err: error }, 'A subscription did not let go of its source');
      });
    });
    for await (const result of source) {
      if (operation.isOver) return;
      await operation.next(shown(result));
    }
    operation.complete();
  }

  /** A refused operation answers `error` for its id and leaves its siblings and the socket alone. */
  async function run(operation: Operation, asked: Asked): Promise<void> {
    try {
      const one = await admitted(needs, operation, asked);
      if ('errors' in one) return operation.error(masked(mask, one.errors, {}).errors ?? []);
      const outcome = await begin(operation, one);
      if (!(outcome instanceof Member || Symbol.asyncIterator in outcome)) {
        await operation.next(shown(outcome));
        operation.complete();
      } else if (operation.isOver || needs.isDraining()) {
        operation.failed(goingAway());
        await (outcome instanceof Member ? outcome.leave() : outcome.return?.());
      } else if (outcome instanceof Member) {
        operation.streams(() => outcome.leave());
        outcome.begin();
      } else {
        await follow(operation, outcome);
      }
    } catch (error) {
      operation.failed(error);
    }
  }

  return { admit, run };
}

/** @throws GraphQLError when it is refused; HttpRefusal when the caller is */
async function admitted<C extends object>(
  { pipeline, limits, contextFor, isDraining }: OperationNeeds<C>,
  { connection }: Operation,
  { query, operationName, variables }: Asked,
): Promise<Admitted | { readonly errors: readonly GraphQLError[] }> {
  if (isDraining()) throw goingAway();
  if (connection.operations.length > limits.subscriptionsPerSocket) {
    throw refusal('RATE_LIMITED', `At most ${limits.subscriptionsPerSocket} operations at once on one socket.`);
  }
  const prepared = pipeline.prepare(query);
  if ('errors' in prepared) return prepared;
  const { document, hash } = prepared;
  const operation = getOperationAST(document, operationName);
  if (!operation) throw refusal('OPERATION_RESOLUTION_FAILURE', 'Name one operation of the document.');
  return {
    documentHash: hash,
    operation,
    args: {
      schema: pipeline.schema,
      document,
      contextValue: await contextFor(connection),
      operationName: operationName ?? null,
      variableValues: variables ?? null,
    },
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

function goingAway(): GraphQLError {
  return refusal('UNAVAILABLE', 'The server is going away; connect again.');
}

function refusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
