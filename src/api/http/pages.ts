import { join } from 'node:path';
import express, { Router } from 'express';

/**
 * Everything comes from this server. Styles are the exception to "no inline":
 * the editor of GraphiQL sizes and colours its lines with style elements.
 */
export const contentSecurityPolicy = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The pages that `vite build` wrote: each afresh, their assets for ever, because an asset's name holds its hash. */
export function pageRoutes(webDirectory: string): Router {
  const routes = Router();
  routes.use(
    '/assets',
    express.static(join(webDirectory, 'assets'), { immutable: true, maxAge: '365d', index: false }),
  );
  routes.get('/', (_request, response) => response.redirect('/graphiql'));
  routes.get('/graphiql', (_request, response) => {
    response.set('content-security-policy', contentSecurityPolicy).set('cache-control', 'no-cache');
    response.sendFile('graphiql.html', { root: webDirectory });
  });
  return routes;
}
