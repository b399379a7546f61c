import { RequestError } from './request.js';
import type { ResponseError } from './request.js';

/** What the WebSocket says when it closes. */
interface Closing {
  readonly code: number;
  readonly reason: string;
}

function isClosing(cause: unknown): cause is Closing {
  return (
    typeof cause === 'object' &&
    cause !== null &&
    'code' in cause &&
    'reason' in cause &&
    typeof cause.code === 'number'
  );
}

/** Initialisation took too long, too many at once, taken down by us as frozen: all may go better next time. */
const worthAnotherTry: ReadonlySet<number> = new Set([4408, 4429, 4499]);
/** As what to report a refusal: by close code or HTTP status. */
const refusals: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  4401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  4403: 'FORBIDDEN',
};

/** The part of a bad answer to the handshake that Node's WebSocket puts into its message; a browser tells nothing. */
const refusedHandshake = /Unexpected server response: (401|403)/;

/**
 * What ended an operation on a socket: the error to throw when asking again
 * cannot help, otherwise undefined, which means: connect again and resume.
 *
 * @param cause errors answered for this operation, a close event, or an error of the socket.
 */
export function fatalErrorOf(cause: unknown): RequestError | undefined {
  if (Array.isArray(cause)) return new RequestError(200, cause as readonly ResponseError[]);
  if (isClosing(cause)) {
    const fatal = cause.code === 4004 || cause.code === 4005 || (cause.code >= 4400 && cause.code < 4500);
    if (!fatal || worthAnotherTry.has(cause.code)) return undefined;
    return refusal(cause.code, cause.reason || `The server closed the connection with code ${cause.code}.`);
  }
  const status = refusedHandshake.exec(reasonOf(cause))?.[1];
  return status === undefined
    ? undefined
    : refusal(Number(status), `The server refused the connection: HTTP ${status}.`);
}

function refusal(status: number, message: string): RequestError {
  const code = refusals[status];
  return new RequestError(status, [{ message, ...(code === undefined ? {} : { extensions: { code } }) }]);
}

const passingCodes: ReadonlySet<unknown> = new Set(['INTERNAL', 'RATE_LIMITED']);

/** True for errors that say nothing about the operation itself, as from a server that is just starting. */
export function mayPass(error: RequestError): boolean {
  return error.errors.length > 0 && error.errors.every(({ extensions }) => passingCodes.has(extensions?.code));
}

/** A few words for people on why a socket went away. */
export function reasonOf(cause: unknown): string {
  if (isClosing(cause)) return cause.reason || `the connection closed with code ${cause.code}`;
  if (typeof cause === 'object' && cause !== null && 'message' in cause && typeof cause.message === 'string') {
    return cause.message || 'the server cannot be reached';
  }
  return 'the server cannot be reached';
}
