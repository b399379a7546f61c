import { RequestError } from './request.js';

/** Why a connection ended: a close event, an error of the socket, or what the client itself found. */
export interface Loss {
  /** Of the close frame; absent when there was none. */
  readonly code?: number;
  /** A few words for people. */
  readonly reason: string;
}

/**
 * Close codes that asking again cannot mend: the server does not take this
 * client's messages, token or protocol.
 *
 * @see https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
const final: Readonly<Record<number, string>> = {
  4400: 'BAD_REQUEST',
  4401: 'UNAUTHENTICATED',
  4403: 'FORBIDDEN',
  4406: 'SUBPROTOCOL_NOT_ACCEPTABLE',
};

/**
 * Codes that blame what this client sent. A broken proxy causes them too, so
 * they are final only when they come again and again.
 *
 * @see RFC 6455, 7.4.1; 4409 is graphql-transport-ws' "subscriber already exists".
 */
const blaming: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009, 1010, 4409]);

/** As what to report a handshake that was refused, by HTTP status. */
const refusedStatus: Readonly<Record<string, string>> = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN' };
/** Node's WebSocket says it in its message; a browser tells nothing. */
const refusedHandshake = /Unexpected server response: (401|403)/;

/** The error to end every stream with when connecting again cannot help; otherwise undefined. */
export function finalError({ code, reason }: Loss): RequestError | undefined {
  const kind = code === undefined ? undefined : final[code];
  if (code !== undefined && kind !== undefined) return refusal(code, reason, kind);
  const status = refusedHandshake.exec(reason)?.[1];
  if (status === undefined) return undefined;
  return refusal(Number(status), `The server refused the connection: HTTP ${status}.`, refusedStatus[status]);
}

export function blamesClient({ code }: Loss): boolean {
  return code !== undefined && blaming.has(code);
}

/** `status` is HTTP's or the close code. */
export function refusal(status: number, message: string, code?: string): RequestError {
  return new RequestError(status, [{ message, ...(code === undefined ? {} : { extensions: { code } }) }]);
}

/** What a close event tells. Everything but `final` is worth another try, unknown codes too. */
export function lossOf(code: number, reason: string): Loss {
  return { code, reason: reason || words[code] || `the connection was closed with code ${code}` };
}

const words: Readonly<Record<number, string>> = {
  1000: 'the server ended the connection',
  1001: 'the server is going away',
  1005: 'the server ended the connection',
  1006: 'the connection was lost',
  1011: 'the server failed',
  1012: 'the server restarts',
  1013: 'the server is busy',
  4401: 'The server does not know who is asking: it closed the connection with code 4401.',
  4403: 'The server does not allow this: it closed the connection with code 4403.',
  4408: 'the server was not told in time who connects',
};
