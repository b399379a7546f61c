import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Express, Request, Response } from 'express';
import { DomainError } from '../model/errors.js';
import { csvLine } from '../model/results.js';
import type { Viewer } from '../model/viewer.js';
import type { Experiments } from '../store/experiments.js';
import type { Files } from '../store/files.js';
import type { TrialLogs } from '../store/trial-logs.js';
import type { Trials } from '../store/trials.js';
import { HttpRefusal } from './http/refusal.js';
import { readResults } from './result-rows.js';

export interface RouteNeeds {
  readonly files: Files;
  readonly experiments: Experiments;
  readonly trials: Trials;
  readonly trialLogs: TrialLogs;
  readonly viewerOf: (authorization: string | undefined) => Viewer;
  readonly now: () => number;
}

/** What goes past GraphQL because it streams: uploads, downloads, results, long logs. */
export function mountRoutes(app: Express, needs: RouteNeeds): void {
  const { files, experiments, trials, trialLogs, viewerOf, now } = needs;

  /** A runner gets the program of its experiment and nothing else. */
  async function mayReadFile(viewer: Viewer, fileId: string): Promise<void> {
    if (viewer.kind === 'person') return;
    const experiment = await experiments.get(viewer.experimentId);
    if (experiment?.program.fileId !== fileId)
      throw new HttpRefusal(403, 'FORBIDDEN', 'This file is not of your experiment.');
  }

  app.put('/uploads/:id', async (request, response) => {
    const id = request.params.id;
    const token = request.headers.authorization?.replace(/^Bearer /i, '') ?? '';
    if (!(await files.mayReceive(id, token, now()))) {
      throw new HttpRefusal(
        401,
        'UNAUTHENTICATED',
        'This upload is not open: send the Authorization that createUpload gave, in time.',
      );
    }
    const { size, sha256 } = await asRefusal(() => files.receive(id, request));
    response.json({ fileId: id, size, sha256 });
  });

  app.get('/files/:id', async (request, response) => {
    await mayReadFile(viewerOf(request.headers.authorization), request.params.id);
    const file = await files.get(request.params.id);
    if (!file) throw new HttpRefusal(404, 'NOT_FOUND', `There is no file "${request.params.id}".`);
    response.setHeader('content-type', file.contentType);
    response.setHeader('content-length', file.size);
    attach(response, file.name);
    await pipeline(await files.read(file.id), response);
  });

  app.get('/experiments/:id/results.csv', async (request, response) => {
    if (viewerOf(request.headers.authorization).kind !== 'person') {
      throw new HttpRefusal(403, 'FORBIDDEN', 'A runner may not read results.');
    }
    const experiment = await experiments.get(request.params.id);
    if (!experiment) throw new HttpRefusal(404, 'NOT_FOUND', `There is no experiment "${request.params.id}".`);
    const { header, rows } = await readResults(trials, experiment);
    response.setHeader('content-type', 'text/csv; charset=utf-8');
    attach(response, 'results.csv');
    async function* lines() {
      yield csvLine(header);
      for await (const row of rows) yield csvLine(row.cells);
    }
    await pipeline(Readable.from(lines(), { objectMode: false }), response);
  });

  app.put('/experiments/:id/logs', async (request, response) => {
    const viewer = viewerOf(request.headers.authorization);
    if (viewer.kind !== 'runner' || viewer.experimentId !== request.params.id) {
      throw new HttpRefusal(403, 'FORBIDDEN', 'Only a runner of this experiment may hand in logs.');
    }
    await trialLogs.receive(viewer.experimentId, number(request, 'index'), number(request, 'attempt'), request);
    response.status(204).end();
  });
}

function number(request: Request, name: string): number {
  const value = Number(request.query[name]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new HttpRefusal(400, 'BAD_USER_INPUT', `The query needs ${name}, a whole number.`);
}

/** @see RFC 6266: the plain name for old readers, the exact one in UTF-8. */
function attach(response: Response, name: string): void {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(name).replaceAll(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  response.setHeader('content-disposition', `attachment; filename="${plain}"; filename*=UTF-8''${exact}`);
}

async function asRefusal<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError) throw new HttpRefusal(400, 'BAD_USER_INPUT', error.message);
    throw error;
  }
}
