import { CloseCode } from 'graphql-ws';

/** Why the server closes a WebSocket. @see RFC 6455, 7.4 and the protocol graphql-transport-ws */
export const closeCodes = {
  goingAway: 1001,
  tryAgainLater: 1013,
  badMessage: CloseCode.BadRequest,
  unauthorized: CloseCode.Unauthorized,
  forbidden: CloseCode.Forbidden,
  otherProtocol: CloseCode.SubprotocolNotAcceptable,
  notIntroducedInTime: CloseCode.ConnectionInitialisationTimeout,
  idInUse: CloseCode.SubscriberAlreadyExists,
  introducedTwice: CloseCode.TooManyInitialisationRequests,
  fault: CloseCode.InternalServerError,
  /** Ours: the protocol leaves 4000 to 4999 to servers. The client did not read what it asked for. */
  readsTooSlowly: 4513,
} as const;

export interface Farewell {
  readonly code: number;
  readonly reason: string;
}
