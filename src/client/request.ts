import type { TypedDocumentString } from './generated/graphql.js';

/** Where a GLADOS API answers, and as whom to ask. */
export interface Endpoint {
  /** The GraphQL address over HTTP, e.g. http://127.0.0.1:7800/graphql. */
  readonly url: string;
  /** Sent as a bearer token. */
  readonly token?: string;
}

/** One error of a GraphQL response. `extensions.code` says what kind: UNAUTHENTICATED, BAD_USER_INPUT, INTERNAL, … */
export interface ResponseError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The server answered, and refused. `status` is HTTP's, or the code with which a socket was closed. */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    readonly errors: readonly ResponseError[],
  ) {
    super(errors.map((error) => error.message).join(' ') || `The server answered with HTTP ${status}.`);
  }
}

/**
 * Asks one query or mutation over HTTP.
 *
 * @throws RequestError when the response carries errors; TypeError (fetch's own)
 * when the server cannot be reached, which is the case worth trying again.
 */
export async function request<Result, Variables>(
  endpoint: Endpoint,
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const response = await fetch(endpoint.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...(endpoint.token === undefined ? {} : { authorization: `Bearer ${endpoint.token}` }),
    },
    body: JSON.stringify({ query: document.toString(), variables }),
    ...(signal ? { signal } : {}),
  });
  const answer = (await response.json().catch(() => ({}))) as { data?: Result; errors?: readonly ResponseError[] };
  if (answer.errors || answer.data == null) throw new RequestError(response.status, answer.errors ?? []);
  return answer.data;
}
