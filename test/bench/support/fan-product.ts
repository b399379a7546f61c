import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import type { Context } from '../../../src/api/context.js';
import { startHttp } from '../../../src/api/http/server.js';
import { createLive } from '../../../src/api/live.js';
import { resolvers } from '../../../src/api/resolvers.js';
import { createViewerOf } from '../../../src/api/viewer.js';
import type { Experiment } from '../../../src/model/experiment.js';
import type { Job } from '../../../src/model/job.js';
import type { Pod } from '../../../src/model/pod.js';
import type { Trial } from '../../../src/model/trial.js';
import { createKeyedViews } from '../../../src/stream/keyed-views.js';
import { createLiveStore } from '../../../src/stream/live-store.js';
import type { LiveStore } from '../../../src/stream/live-store.js';
import { makeExperiment, makePod, objectCount } from './fan-things.js';
import type { Subject } from './fan-things.js';

/** A server under measurement. */
export interface Fan {
  readonly port: number;
  publish(event: number): void;
  /** Publishes a pod that somebody else made. */
  readonly publishPod?: (pod: Pod) => void;
  /** Subscriptions that will get what is published. */
  subscribers(): number;
  /** Sockets that were closed because nobody read from them. */
  readonly slowReaders?: () => number;
}

export const typeDefs = readFileSync('schema.graphql', 'utf8');

/** Our own server as it is, authorization, limits and backpressure on, over stores that the bench fills, or over pods that somebody else keeps. */
export async function startProduct(subject: Subject, given?: LiveStore<Pod>): Promise<Fan> {
  const pods = given ?? filled<Pod>();
  const experiments = filled<Experiment>();
  if (!given) for (let event = 0; event < objectCount; event += 1) publish(event);
  const live = createLive({
    pods,
    experiments,
    jobs: filled<Job>(),
    trials: createKeyedViews<Trial>({ lingerMs: 0, open: async () => () => undefined }),
    stored: { get: async () => undefined },
  });
  const viewerOf = createViewerOf({ check: () => undefined });
  const server = await startHttp<Context>({
    host: '127.0.0.1',
    port: 0,
    typeDefs,
    resolvers,
    // What subscriptions of pods and experiments look at; the rest of a context needs a database.
    contextFor: async ({ authorization, baseUrl }) =>
      ({ live, now: Date.now, viewer: viewerOf(authorization), baseUrl }) as Partial<Context> as Context,
    readiness: () => [],
    logger: pino({ level: 'warn' }, pino.destination(2)),
    limits: { socketsPerUser: 20_000 },
  });

  function publish(event: number): void {
    if (subject === 'pods') put(pods, makePod(event));
    else put(experiments, makeExperiment(event));
  }
  return {
    port: server.port,
    publish,
    subscribers: () => server.counts().subscriptions,
    slowReaders: () => server.counts().slowReaders,
  };
}

/** A store that knows all there is, which is nothing. */
export function filled<T>(): LiveStore<T> {
  const store = createLiveStore<T>();
  store.apply({ type: 'synced' });
  store.setFreshness({ asOf: Date.now() });
  return store;
}

function put<T extends { readonly id: string }>(store: LiveStore<T>, object: T): void {
  store.apply({ type: 'put', key: object.id, object });
}
