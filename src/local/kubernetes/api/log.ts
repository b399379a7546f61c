import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { badRequest } from './failure-status.js';
import type { LogOptions, PodLog } from './log-source.js';

/** @throws ApiFailure 400 for a number that is none */
export function parseLogOptions(query: URLSearchParams): LogOptions {
  const container = query.get('container') ?? '';
  const sinceTime = query.get('sinceTime') ?? '';
  return {
    ...(container !== '' && { container }),
    ...(sinceTime !== '' && { sinceTime }),
    follow: isTrue(query.get('follow')),
    timestamps: isTrue(query.get('timestamps')),
    previous: isTrue(query.get('previous')),
    ...whole(query, 'tailLines'),
    ...whole(query, 'sinceSeconds'),
    ...whole(query, 'limitBytes'),
  };
}

const isTrue = (text: string | null): boolean => text !== null && text !== 'false' && text !== '0';

function whole<Name extends string>(query: URLSearchParams, name: Name): { [key in Name]?: number } {
  const text = query.get(name);
  if (text === null || text === '') return {};
  if (!/^\d+$/u.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return { [name]: Number(text) } as { [key in Name]?: number };
}

/** Streams a log as plain text; a client that goes away or is slow holds back only its own reading. */
export async function serveLog(log: PodLog, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => {
    gone.abort();
    log.cancel();
  });
  response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
  response.flushHeaders();
  try {
    for await (const chunk of log) {
      if (!response.write(chunk)) await once(response, 'drain', { signal: gone.signal });
    }
    response.end();
  } catch (error) {
    // The headers are out: the only way left to say that the text is not whole.
    response.destroy(gone.signal.aborted || !(error instanceof Error) ? undefined : error);
  }
}
