import type { RequestError } from './request.js';

/** How the one socket of a client stands. */
export type ConnectionState =
  /** No stream is open, so no socket is needed. */
  | { readonly phase: 'idle' }
  | { readonly phase: 'connecting' }
  | { readonly phase: 'connected' }
  /** It was lost, or could not be opened; `nextAttemptAt` is in ms since the epoch, `attempt` counts from 1. */
  | { readonly phase: 'waiting'; readonly reason: string; readonly attempt: number; readonly nextAttemptAt: number }
  /** Disposed of; or refused by the server for good, and then `error` says why. A new stream tries once more. */
  | { readonly phase: 'closed'; readonly error?: RequestError };
