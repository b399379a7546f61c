import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { pino } from 'pino';
import type { Context } from '../../../src/api/context.js';
import { startHttp } from '../../../src/api/http/server.js';
import { resolvers } from '../../../src/api/resolvers.js';
import { createViewerOf } from '../../../src/api/viewer.js';
import { typeDefs } from './fan-product.js';
import { makeExperiment } from './fan-things.js';

/** A list of 50 experiments, by our server or by Apollo's as its documentation starts it: same schema, same resolvers. */
const items = Array.from({ length: 50 }, (_, index) => ({ ...makeExperiment(index), id: `e${index}` }));
const viewerOf = createViewerOf({ check: () => undefined });
const store = { experiments: { page: async () => ({ items, hasNext: false, hasPrevious: false, totalCount: 50 }) } };
const contextFor = async (authorization: string | undefined): Promise<Context> =>
  ({ store, now: Date.now, viewer: viewerOf(authorization), baseUrl: '' }) as object as Context;

async function start(): Promise<number> {
  if (process.argv[2] === 'ours') {
    const server = await startHttp<Context>({
      host: '127.0.0.1',
      port: 0,
      typeDefs,
      resolvers,
      contextFor: ({ authorization }) => contextFor(authorization),
      readiness: () => [],
      logger: pino({ level: 'warn' }, pino.destination(2)),
    });
    return server.port;
  }
  const schema = makeExecutableSchema({ typeDefs, resolvers: resolvers as never });
  const { url } = await startStandaloneServer(new ApolloServer<Context>({ schema, nodeEnv: 'production' }), {
    listen: { port: 0, host: '127.0.0.1' },
    context: ({ req }) => contextFor(req.headers.authorization),
  });
  return Number(new URL(url).port);
}

const port = await start();
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ user, system });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ port });
