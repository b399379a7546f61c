import { GraphQLError } from 'graphql';

/** The codes that may stand in `errors[].extensions.code`; conventions of the whole API. */
export type RefusalCode =
  | 'BAD_REQUEST'
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'TOO_LARGE'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE';

/** A request that is turned away, with the status to answer and one sentence that the caller may read. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly code: RefusalCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: RefusalCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'HttpRefusal';
    this.status = status;
    this.code = code;
    this.headers = status === 401 ? { 'www-authenticate': 'Bearer', ...headers } : headers;
  }
}

/** The body of every refusal outside GraphQL. */
export function refusalBody({ code, message }: HttpRefusal, requestId?: string) {
  return { error: { code, message, ...(requestId !== undefined && { requestId }) } };
}

/** The same refusal as an error of a GraphQL response; `http` is read, and removed, by Apollo. */
export function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (error instanceof HttpRefusal) {
    const { status, code, headers } = error;
    const http = { status, headers: new Map(Object.entries(headers)) };
    return new GraphQLError(error.message, { extensions: { code, http } });
  }
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

/** Somebody else listens on the port that was asked for. */
export class PortBusyError extends Error {
  readonly port: number;

  constructor(port: number) {
    super(`Port ${port} is taken. Choose another with --port, or --port 0 for any free one.`);
    this.name = 'PortBusyError';
    this.port = port;
  }
}
