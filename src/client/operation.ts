import type { RequestError, ResponseError } from './request.js';

/** One subscription, as the connection sees it. */
export interface Operation {
  /** What to ask for. Read anew whenever it is sent, so that it can hold the newest cursor. */
  payload(): { readonly query: string; readonly variables: Readonly<Record<string, unknown>> };
  /** @returns false when the answer makes no sense */
  next(data: unknown): boolean;
  /** The server ended it, with errors or without. @returns true to have it asked again in a moment */
  ended(errors?: readonly ResponseError[]): boolean;
  /** Nothing comes for a while; it is asked again as soon as possible. */
  interrupted(reason: string): void;
  /** The connection is refused for good: nothing comes any more. */
  refused(error: RequestError): void;
}
