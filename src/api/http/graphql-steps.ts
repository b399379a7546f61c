import express from 'express';
import type { RequestHandler } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { onlyMethods } from './answers.js';
import type { AnswerFailure } from './answers.js';
import type { GraphqlRequest } from './apollo.js';

/** Media types of an answer, most conservative first: a caller that does not say gets the first. */
const answerTypes = ['application/json', 'application/graphql-response+json'];

/** What a request to `/graphql` goes through. Subscriptions need the WebSocket at the same path. */
export function graphqlSteps(handler: GraphqlHandler, requestBytes: number): RequestHandler[] {
  return [
    onlyMethods('GET', 'POST'),
    leadPeopleToThePage,
    chooseAnswerType,
    express.json({ limit: requestBytes }),
    handler,
  ];
}

export type GraphqlHandler = (request: GraphqlRequest, response: ServerResponse) => Promise<void>;

interface DirectNeeds {
  readonly handler: GraphqlHandler;
  readonly requestBytes: number;
  readonly prepare: (request: IncomingMessage, response: ServerResponse) => void;
  /** Says why a request is turned away. */
  readonly guard: (headers: IncomingMessage['headers']) => Error | undefined;
  readonly fail: AnswerFailure;
}

/**
 * The same steps for the request that nearly all are, a plain POST that leaves
 * nothing to be weighed, without Express: that costs a seventh of a query.
 *
 * @returns false for any other request, which is untouched then
 */
export function directGraphql({ handler, requestBytes, prepare, guard, fail }: DirectNeeds) {
  const parse = express.json({ limit: requestBytes }) as unknown as Parse;
  const withBody = (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    new Promise((resolve, reject) => {
      parse(request, response, (error) => (error === undefined ? resolve() : reject(error as Error)));
    });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const refusal = guard(request.headers);
      if (refusal) throw refusal;
      response.setHeader('cache-control', 'no-store');
      await withBody(request, response);
      await handler(request, response);
    } catch (error) {
      fail(error, request, response);
    }
  }

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const { accept = '*/*' } = request.headers;
    const isPlain = accept === '*/*' || accept === answerTypes[0];
    if (request.method !== 'POST' || request.url !== '/graphql' || !isPlain) return false;
    request.headers.accept = 'application/json';
    prepare(request, response);
    void answer(request, response);
    return true;
  };
}

/** What Express calls middleware; this one needs nothing of Express. */
type Parse = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/** Somebody typed the address into a browser. */
const leadPeopleToThePage: RequestHandler = (request, response, next) => {
  if (
    request.method === 'GET' &&
    request.query['query'] === undefined &&
    request.accepts([...answerTypes, 'html']) === 'html'
  ) {
    response.redirect('/graphiql');
  } else {
    next();
  }
};

/** From here on the Accept header names one type, the one to answer with; or is as it came, when none of ours will do. */
const chooseAnswerType: RequestHandler = (request, response, next) => {
  const chosen = request.accepts(answerTypes);
  if (chosen !== false) request.headers.accept = chosen;
  response.set('cache-control', 'no-store');
  next();
};
