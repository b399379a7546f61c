/** What one client may ask of the server at once. Every number is a ceiling, not a promise. */
export interface HttpLimits {
  /** Lexical tokens of one document; the parser stops there. */
  readonly documentTokens: number;
  /** Levels of nested fields, fragments followed. Introspection is exempt: graphql-js bounds it itself. */
  readonly depth: number;
  /** Fields of one operation after every fragment spread was written out. */
  readonly fields: number;
  readonly aliases: number;
  readonly rootFields: number;
  /** Fields of one operation when every page is full: what lies under `first: 20` counts twenty times. */
  readonly cost: number;
  /** JSON body of one HTTP request. */
  readonly requestBytes: number;
  /** One WebSocket message. */
  readonly messageBytes: number;
  /** Messages that one socket may send; one that sends more is read no faster. */
  readonly messagesPerSecond: number;
  /** Messages that it may send at once before that begins. */
  readonly messageBurst: number;
  /** Operations open at once on one socket. */
  readonly subscriptionsPerSocket: number;
  /** Sockets of one user at once. */
  readonly socketsPerUser: number;
  /** Time to say `connection_init`. */
  readonly initSeconds: number;
  /** A socket that answers no ping for so long is cut off. */
  readonly pingSeconds: number;
  /** From so many bytes on that a client has not taken, its subscriptions are told nothing more until it has. */
  readonly bufferedBytes: number;
  /** How long a client may leave them there before its socket is closed. */
  readonly slowSeconds: number;
  /** Time that running operations get to end when the server stops; sockets are told to leave within two thirds of it. */
  readonly drainSeconds: number;
}

export const defaultLimits: HttpLimits = {
  documentTokens: 5_000,
  depth: 12,
  fields: 2_000,
  aliases: 50,
  rootFields: 50,
  cost: 100_000,
  requestBytes: 4 * 1024 * 1024,
  messageBytes: 1024 * 1024,
  messagesPerSecond: 200,
  messageBurst: 1_000,
  subscriptionsPerSocket: 100,
  socketsPerUser: 1_000,
  initSeconds: 5,
  pingSeconds: 12,
  bufferedBytes: 1024 * 1024,
  slowSeconds: 10,
  drainSeconds: 3,
};
