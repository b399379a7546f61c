import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import type { Context } from '../../../src/api/context.js';
import { startHttp } from '../../../src/api/http/server.js';
import { createLive } from '../../../src/api/live.js';
import { resolvers } from '../../../src/api/resolvers.js';
import { createViewerOf } from '../../../src/api/viewer.js';
import type { Trial } from '../../../src/model/trial.js';
import { countsFor } from '../../../src/model/transitions.js';
import { openControlLab } from '../../support/control-lab.js';

/**
 * An experiment of 10,000 trials in a database, its live stores and the server over
 * them, in one process, as on a laptop. Half of the trials have ended; told to, it lets
 * one pod claim and report the others at a steady pace.
 */
export interface Paced {
  readonly changes: number;
  readonly seconds: number;
  readonly rssMb: number;
  readonly subscribers: number;
  readonly slowReaders: number;
}

const id = 'crowd';
const total = 10_000;
const lab = await openControlLab();
await lab.add(id, { counts: countsFor(total), workers: 1 });
const live = createLive({ ...lab.live, stored: lab.experiments });
const viewerOf = createViewerOf({ check: () => undefined });
const server = await startHttp<Context>({
  host: '127.0.0.1',
  port: 0,
  typeDefs: readFileSync('schema.graphql', 'utf8'),
  resolvers,
  contextFor: async ({ authorization, baseUrl }) =>
    ({
      live,
      store: { experiments: lab.experiments, trials: lab.trials },
      now: Date.now,
      viewer: viewerOf(authorization),
      baseUrl,
    }) as Partial<Context> as Context,
  readiness: () => [],
  logger: pino({ level: 'warn' }, pino.destination(2)),
  limits: { socketsPerUser: 1_000 },
});

const now = (): string => new Date().toISOString();

/** Two changes a trial: it begins, it ends. */
async function runSome(limit: number): Promise<number> {
  const trials: readonly Trial[] = await lab.claims.claim(id, { podId: 'pod', limit, holding: [], now: now() });
  const reports = trials.map(({ index, attempt }) => ({
    index,
    attempt,
    outcome: 'SUCCEEDED' as const,
    result: [['loss', String(index)] as const],
    exitCode: 0,
    durationMs: 1,
  }));
  return trials.length + (await lab.claims.report(id, 'pod', reports, now())).length;
}

async function pace(changesPerSecond: number, seconds: number): Promise<Paced> {
  const roundMs = 100;
  const begun = performance.now();
  let changes = 0;
  let rssMb = 0;
  for (let round = 0; round < (seconds * 1000) / roundMs; round += 1) {
    changes += await runSome((changesPerSecond * roundMs) / 2_000);
    rssMb = Math.max(rssMb, process.memoryUsage.rss() / 1e6);
    const wait = begun + (round + 1) * roundMs - performance.now();
    if (wait > 0) await new Promise((resolve) => void setTimeout(resolve, wait));
  }
  const { subscriptions, slowReaders } = server.counts();
  return { changes, seconds: (performance.now() - begun) / 1000, rssMb, subscribers: subscriptions, slowReaders };
}

while ((await lab.experiments.get(id))?.nextIndex !== total / 2) await runSome(250);
process.on('message', ({ changesPerSecond, seconds }: { changesPerSecond: number; seconds: number }) => {
  void pace(changesPerSecond, seconds).then((paced) => process.send?.(paced));
});
process.send?.({ port: server.port, rssMb: process.memoryUsage.rss() / 1e6 });
