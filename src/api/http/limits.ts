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
  /** JSON body of one HTTP request. */
  readonly requestBytes: number;
  /** One WebSocket message. */
  readonly messageBytes: number;
  /** Operations open at once on one socket. */
  readonly subscriptionsPerSocket: number;
  /** Time to say `connection_init`. */
  readonly initSeconds: number;
  /** A socket that answers no ping for so long is cut off. */
  readonly pingSeconds: number;
  /** Time that running operations get to end when the server stops. */
  readonly drainSeconds: number;
}

export const defaultLimits: HttpLimits = {
  documentTokens: 5_000,
  depth: 12,
  fields: 2_000,
  aliases: 50,
  rootFields: 50,
  requestBytes: 4 * 1024 * 1024,
  messageBytes: 1024 * 1024,
  subscriptionsPerSocket: 100,
  initSeconds: 5,
  pingSeconds: 12,
  drainSeconds: 3,
};
