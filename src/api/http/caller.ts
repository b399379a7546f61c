import type { IncomingMessage } from 'node:http';

/** What a context is made from. */
export interface Caller {
  readonly authorization?: string;
  /** Scheme, host and port under which the caller reaches this server; no slash at the end. */
  readonly baseUrl: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** May throw `HttpRefusal`; called once for each operation, so that a revoked token opens nothing new. */
export type ContextFor<C> = (caller: Caller) => Promise<C>;

/** A proxy's `X-Forwarded-Proto` is believed: it only changes links in the caller's own answer. */
export function baseUrlOf({ headers }: IncomingMessage, otherwise: string): string {
  if (!headers.host || !/^[\w.\-:[\]]+$/.test(headers.host)) return otherwise;
  return `${headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'}://${headers.host}`;
}
