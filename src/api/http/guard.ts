import type { IncomingHttpHeaders } from 'node:http';
import { HttpRefusal } from './refusal.js';

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/** Whether the server can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Says why a request is turned away before anything looks at it, or undefined.
 *
 * The Host header must name this server when it listens on loopback, or when
 * names were given: else a page of a stranger could point its own name at
 * 127.0.0.1 and read the answers (DNS rebinding). An Origin header, sent by
 * browsers only, must be this very server's: sockets know no CORS.
 *
 * @param needs.host address listened on. @param needs.allowedHosts names without port, beside the loopback ones.
 */
export function createGuard(needs: { readonly host: string; readonly allowedHosts?: readonly string[] }) {
  const given = (needs.allowedHosts ?? []).map((name) => name.toLowerCase());
  const names = isLoopback(needs.host) || given.length > 0 ? new Set([...loopbackNames, ...given]) : undefined;

  return (headers: IncomingHttpHeaders): HttpRefusal | undefined => {
    const host = headers.host?.toLowerCase() ?? '';
    if (names && !names.has(host.replace(/:\d+$/, ''))) {
      return new HttpRefusal(403, 'FORBIDDEN', 'This server does not answer to the name in the Host header.');
    }
    if (headers.origin === undefined) return undefined;
    const origin = URL.canParse(headers.origin) ? new URL(headers.origin) : undefined;
    if (origin && (origin.host === host || given.includes(origin.hostname))) return undefined;
    return new HttpRefusal(403, 'FORBIDDEN', 'Requests from pages of another origin are not accepted.');
  };
}
