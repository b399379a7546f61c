import express, { Router } from 'express';
import type { RequestHandler } from 'express';
import { onlyMethods } from './answers.js';

/** Media types of an answer, most conservative first: a caller that does not say gets the first. */
const answerTypes = ['application/json', 'application/graphql-response+json'];

/** `/graphql` over HTTP. Subscriptions need the WebSocket at the same path. */
export function graphqlRoutes(handler: RequestHandler, requestBytes: number): Router {
  const routes = Router();
  routes.all(
    '/graphql',
    onlyMethods('GET', 'POST'),
    leadPeopleToThePage,
    chooseAnswerType,
    express.json({ limit: requestBytes }),
    handler,
  );
  return routes;
}

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
