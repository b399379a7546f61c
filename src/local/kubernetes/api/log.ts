import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { ApiFailure } from '../api-failure.js';
import type { FailureCause } from '../api-failure.js';
import { forbidden, invalid } from '../kinds/names.js';
import { joined } from '../kinds/rules.js';
import { badRequest } from './failure-status.js';
import type { LogOptions, PodLog } from './log-source.js';

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/u;

/**
 * The query of a pod's log.
 *
 * @param pod its name, for the refusal
 * @throws ApiFailure 400 for what cannot be read, 422 for what may not be asked
 */
export function parseLogOptions(query: URLSearchParams, pod: string): LogOptions {
  const container = query.get('container') ?? '';
  const sinceTime = query.get('sinceTime') ?? '';
  if (sinceTime !== '' && !time.test(sinceTime)) {
    throw badRequest(`parsing time ${JSON.stringify(sinceTime)} as "2006-01-02T15:04:05Z07:00": cannot parse it`);
  }
  const options = {
    ...(container !== '' && { container }),
    ...(sinceTime !== '' && { sinceTime }),
    follow: isTrue(query.get('follow')),
    timestamps: isTrue(query.get('timestamps')),
    previous: isTrue(query.get('previous')),
    ...whole(query, 'tailLines'),
    ...whole(query, 'sinceSeconds'),
    ...whole(query, 'limitBytes'),
  };
  const causes = causesIn(options, query);
  if (causes.length === 0) return options;
  const kind = 'PodLogOptions';
  throw new ApiFailure(422, 'Invalid', `${kind} "${pod}" is invalid: ${joined(causes)}`, { name: pod, kind, causes });
}

const isTrue = (text: string | null): boolean => text !== null && text !== 'false' && text !== '0';

function whole<Name extends string>(query: URLSearchParams, name: Name): { [key in Name]?: number } {
  const text = query.get(name);
  if (text === null || text === '') return {};
  if (!/^-?\d+$/u.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return { [name]: Number(text) } as { [key in Name]?: number };
}

function causesIn(options: LogOptions, query: URLSearchParams): FailureCause[] {
  const { tailLines = 0, sinceSeconds = 1, limitBytes = 1, sinceTime } = options;
  const both = sinceTime !== undefined && options.sinceSeconds !== undefined;
  return [
    ...(tailLines < 0 ? [invalid('tailLines', tailLines, 'must be greater than or equal to 0')] : []),
    ...(limitBytes < 1 ? [invalid('limitBytes', limitBytes, 'must be greater than 0')] : []),
    ...(both ? [forbidden('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified')] : []),
    ...(!both && sinceSeconds < 1 ? [invalid('sinceSeconds', sinceSeconds, 'must be greater than 0')] : []),
    ...(query.get('stream') ? [forbidden('stream', 'may not be specified')] : []),
  ];
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
