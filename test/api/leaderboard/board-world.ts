import { readFileSync } from 'node:fs';
import pino from 'pino';
import { WebSocket } from 'ws';
import type { Context } from '../../../src/api/context.js';
import { startHttp } from '../../../src/api/http/server.js';
import { createLive } from '../../../src/api/live.js';
import { resolvers } from '../../../src/api/resolvers.js';
import { createClient } from '../../../src/client/client.js';
import type { Experiment } from '../../../src/model/experiment.js';
import type { Job } from '../../../src/model/job.js';
import type { Pod } from '../../../src/model/pod.js';
import { trialId, type Trial } from '../../../src/model/trial.js';
import { createKeyedViews } from '../../../src/stream/keyed-views.js';
import { createLiveStore, type LiveStore } from '../../../src/stream/live-store.js';
import { experimentOf } from '../../model/experiments.js';

export function succeeded(index: number, score: number | string, more: Partial<Trial> = {}): Trial {
  return {
    experimentId: 'e1',
    index,
    attempt: 1,
    podLosses: 0,
    phase: 'SUCCEEDED',
    result: [['score', String(score)]],
    version: 1,
    ...more,
  };
}

/** A server whose stores the test fills: the experiment `e1` with an objective, `plain` without one. */
export async function openBoardWorld() {
  const experiments = createLiveStore<Experiment>();
  const stores = new Map<string, LiveStore<Trial>>();
  const views = createKeyedViews<Trial>({
    lingerMs: 1,
    async open(id, store) {
      store.apply({ type: 'synced' });
      store.setFreshness({ asOf: Date.now() });
      stores.set(id, store);
      return () => void stores.delete(id);
    },
  });
  const live = createLive({
    experiments,
    jobs: createLiveStore<Job>(),
    pods: createLiveStore<Pod>(),
    trials: views,
    stored: { get: async () => undefined },
  });
  const objective = { column: 'score', goal: 'MAXIMIZE' } as const;
  const parameters = [{ kind: 'integer', name: 'x', min: 1, max: 2_000, step: 1 }] as const;
  experiments.apply({ type: 'put', key: 'e1', object: experimentOf({ id: 'e1', objective, parameters }) });
  experiments.apply({ type: 'put', key: 'plain', object: experimentOf({ id: 'plain' }) });
  experiments.apply({ type: 'synced' });

  let executed = 0;
  const server = await startHttp<Context>({
    host: '127.0.0.1',
    port: 0,
    typeDefs: readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8'),
    resolvers: {
      ...resolvers,
      Trial: {
        ...resolvers.Trial,
        index({ trial }: { readonly trial: Trial }) {
          executed += 1;
          return trial.index;
        },
      },
    },
    // The rest of a context is not asked for by what is tested here.
    contextFor: async ({ baseUrl }) =>
      ({ live, baseUrl, viewer: { kind: 'person', owner: 'local' }, now: Date.now }) as unknown as Context,
    readiness: () => [],
    logger: pino({ level: 'silent' }),
  });
  const client = createClient({ url: `${server.url}/graphql`, webSocket: WebSocket });

  return {
    server,
    client,
    views,
    /** How often the index of a trial was asked for. */
    executed: () => executed,
    /** Of `e1`; there once somebody has looked. */
    store(): LiveStore<Trial> {
      const store = stores.get('e1');
      if (!store) throw new Error('Nobody looks at the trials of e1.');
      return store;
    },
    put(...trials: readonly Trial[]): void {
      for (const trial of trials) this.store().apply({ type: 'put', key: trialId('e1', trial.index), object: trial });
    },
    remove(index: number): void {
      this.store().apply({ type: 'gone', key: trialId('e1', index) });
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await views[Symbol.asyncDispose]();
    },
  };
}
