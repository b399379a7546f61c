import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { HttpRefusal, refusalBody } from './refusal.js';

/** Names a request, with the caller's name for it where that is plain, and sets what every answer carries. */
export function prepareAnswer(request: IncomingMessage, response: ServerResponse, isDraining: boolean): void {
  const given = request.headers['x-request-id'];
  const requestId = typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
  request.headers['x-request-id'] = requestId;
  response.setHeader('x-request-id', requestId);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('x-frame-options', 'DENY');
  if (isDraining) response.setHeader('connection', 'close');
}

export const notFound: RequestHandler = (request) => {
  throw new HttpRefusal(404, 'NOT_FOUND', `There is nothing at ${request.path}.`);
};

/** For the end of a route's chain: the path exists, the method does not. */
export function onlyMethods(...methods: readonly string[]): RequestHandler {
  const allow = methods.join(', ');
  return (request, _response, next) => {
    if (methods.includes(request.method)) return next();
    throw new HttpRefusal(405, 'METHOD_NOT_ALLOWED', `${request.path} takes ${allow}, not ${request.method}.`, {
      allow,
    });
  };
}

export type AnswerFailure = (error: unknown, request: IncomingMessage, response: ServerResponse) => void;

/** Answers a failed request in JSON, one sentence; what nobody foresaw is hidden behind its request id and logged. */
export function createAnswerFailure(logger: Logger): AnswerFailure {
  return (error, request, response) => {
    const requestId = String(request.headers['x-request-id']);
    const refusal = asRefusal(error);
    if (!refusal) logger.error({ requestId, err: error }, 'Internal error');
    const body = refusal ? refusalBody(refusal) : { error: { code: 'INTERNAL', message: 'Internal error', requestId } };
    const { message, ...extensions } = body.error;
    const isGraphql = /^\/graphql\/?(?:\?|$)/i.test(request.url ?? '');
    const text = JSON.stringify(isGraphql ? { errors: [{ message, extensions }] } : body);
    response.statusCode = refusal?.status ?? 500;
    for (const [name, value] of Object.entries(refusal?.headers ?? {})) response.setHeader(name, value);
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.setHeader('content-length', Buffer.byteLength(text));
    response.end(text);
  };
}

/** Errors of express and its body parser carry a status, and a message for the caller when `expose` is true. */
function asRefusal(error: unknown): HttpRefusal | undefined {
  if (error instanceof HttpRefusal) return error;
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  if (error.status < 400 || error.status > 499) return undefined;
  if (error.status === 404) return new HttpRefusal(404, 'NOT_FOUND', 'There is nothing here.');
  if (error.status === 413) return new HttpRefusal(413, 'TOO_LARGE', 'The request is too large.');
  if ('type' in error && error.type === 'entity.parse.failed') {
    return new HttpRefusal(400, 'BAD_REQUEST', `The body is not JSON: ${error.message}`);
  }
  return new HttpRefusal(error.status, 'BAD_REQUEST', error.message);
}
