import { GraphQLError, Kind } from 'graphql';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';

/** Codes that somebody chose for the caller's eyes. */
const open = new Set<unknown>([
  'BAD_REQUEST',
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
]);

/** Turns an error into what may leave the house. */
export type Mask = (error: GraphQLError, requestId: string) => GraphQLFormattedError;

/**
 * Lets errors with a known code through and hides every other one.
 *
 * A hidden error reads "Internal error" with code INTERNAL and the request id;
 * what it really was is logged once under that id.
 */
export function createMask(logger: Logger): Mask {
  return (error, requestId) => {
    const { http: _http, stacktrace: _stacktrace, ...extensions } = error.extensions;
    if (open.has(extensions['code'])) return { ...error.toJSON(), extensions };
    if (isCallersMistake(error)) return { ...error.toJSON(), extensions: { ...extensions, code: 'BAD_USER_INPUT' } };
    logger.error({ requestId, err: rootOf(error), path: error.path?.join('.') }, 'Internal error');
    return {
      message: 'Internal error',
      ...(error.locations && { locations: error.locations }),
      ...(error.path && { path: error.path }),
      extensions: { code: 'INTERNAL', requestId },
    };
  };
}

/** Variables and arguments that graphql-js could not coerce carry no code of their own. */
function isCallersMistake(error: GraphQLError): boolean {
  if (error.path === undefined) return error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION;
  const cause = error.originalError;
  return (cause === undefined || cause instanceof GraphQLError) && error.message.startsWith('Argument "');
}

function rootOf(error: GraphQLError): Error {
  let root: Error = error;
  while (root instanceof GraphQLError && root.originalError) root = root.originalError;
  return root;
}
