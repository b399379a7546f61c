/** Why the server closes a WebSocket. @see RFC 6455, 7.4 and the protocol graphql-transport-ws */
export const closeCodes = {
  goingAway: 1001,
  tryAgainLater: 1013,
  badMessage: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  otherProtocol: 4406,
  notIntroducedInTime: 4408,
  idInUse: 4409,
  introducedTwice: 4429,
  fault: 4500,
  /** Ours: the protocol leaves 4000 to 4999 to servers. The client did not read what it asked for. */
  readsTooSlowly: 4513,
} as const;

export interface Farewell {
  readonly code: number;
  readonly reason: string;
}
