import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PortBusyError } from './refusal.js';

/** Resolves to the port that was given, or picked when it was 0. @throws PortBusyError */
export function listen(http: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortBusyError(port) : error);
    };
    http.once('error', failed);
    http.listen({ host, port }, () => {
      http.off('error', failed);
      resolve((http.address() as AddressInfo).port);
    });
  });
}

/** Accepts nothing new, lets running requests end for so many seconds, then cuts them off. */
export function closeWithin(http: Server, seconds: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => http.closeAllConnections(), seconds * 1000);
    http.close(() => {
      clearTimeout(cut);
      resolve();
    });
    http.closeIdleConnections();
  });
}

/** The address to hand to people: a wildcard address means every one, so name the nearest. */
export function urlOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}
