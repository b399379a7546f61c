import { Router } from 'express';
import { onlyMethods } from './answers.js';

export interface Check {
  readonly name: string;
  readonly ready: boolean;
  /** Why not, in one sentence; or what is wrong although it is. */
  readonly reason?: string;
}

/**
 * `/livez` answers 200 while the process turns; `/readyz` 200 or 503, with
 * every check named on `?verbose` or when one of them fails.
 *
 * Plain text, as Kubernetes' own endpoints of these names.
 */
export function healthRoutes(checks: () => readonly Check[]): Router {
  const routes = Router();
  routes.all(['/livez', '/readyz'], onlyMethods('GET', 'HEAD'));
  routes.get('/livez', (_request, response) => {
    response.type('text/plain').send('ok\n');
  });
  routes.get('/readyz', (request, response) => {
    const all = checks();
    const ready = all.every((check) => check.ready);
    const lines = all.map((check) =>
      check.ready
        ? `[+]${check.name} ok${check.reason === undefined ? '' : `, but: ${check.reason}`}`
        : `[-]${check.name} ${check.reason ?? 'not ready'}`,
    );
    const verbose = 'verbose' in request.query || !ready;
    response
      .status(ready ? 200 : 503)
      .type('text/plain')
      .send(verbose ? `${[...lines, ready ? 'ready' : 'not ready'].join('\n')}\n` : 'ok\n');
  });
  return routes;
}
