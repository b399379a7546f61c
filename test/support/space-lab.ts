import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pino } from 'pino';
import type { Context } from '../../src/api/context.js';
import { startHttp } from '../../src/api/http/server.js';
import { resolvers } from '../../src/api/resolvers.js';
import { createViewerOf } from '../../src/api/viewer.js';
import type { ClaimedTrial } from '../../src/commands/claim-trials.js';
import { createCommands } from '../../src/commands/commands.js';
import { DisposalStack } from '../../src/disposal.js';
import { createClaims } from '../../src/store/claims.js';
import type { Database } from '../../src/store/database.js';
import { createExperiments } from '../../src/store/experiments.js';
import { createFiles } from '../../src/store/files.js';
import { createTrialLogs } from '../../src/store/trial-logs.js';
import { createTrials } from '../../src/store/trials.js';
import { openTestDatabase } from './database.js';

/** A store and the API over it, without a cluster: all that submissions, previews and trials that nobody has run need. */
export interface SpaceLab extends AsyncDisposable {
  readonly database: Database;
  /** Of a program that is there. */
  readonly fileId: string;
  /** Asks by HTTP. @throws Error when the answer has errors */
  ask<T>(query: string, variables?: Readonly<Record<string, unknown>>): Promise<T>;
  /** What a pod would be given. */
  claim(id: string, limit: number): Promise<readonly ClaimedTrial[]>;
}

export async function openSpaceLab(): Promise<SpaceLab> {
  await using stack = new DisposalStack();
  const database = stack.use(await openTestDatabase());
  const [experiments, trials, claims] = [createExperiments(database), createTrials(database), createClaims(database)];
  const [files, trialLogs] = [createFiles(database), createTrialLogs(database)];
  const jobSettings = { runnerImage: 'runner', namespace: 'glados-runners' };
  const commands = createCommands({ experiments, claims, files, trialLogs, jobSettings, now: Date.now });
  const store = { experiments, trials, files, trialLogs };
  const viewerOf = createViewerOf({ check: () => undefined });
  const server = stack.use(
    await startHttp<Context>({
      host: '127.0.0.1',
      port: 0,
      typeDefs: readFileSync('schema.graphql', 'utf8'),
      resolvers,
      // The rest of a context looks at a cluster.
      contextFor: async ({ authorization, baseUrl }) =>
        ({
          commands,
          store,
          now: Date.now,
          viewer: viewerOf(authorization),
          baseUrl,
        }) as Partial<Context> as Context,
      readiness: () => [],
      logger: pino({ level: 'warn' }, pino.destination(2)),
    }),
  );
  const { fileId } = await files.open({ name: 'add.py', size: 8, owner: 'local', now: Date.now() });
  await files.receive(fileId, Readable.from([Buffer.from('print(1)')]));

  const kept = stack.move();
  return {
    database,
    fileId,
    async ask<T>(query: string, variables: Readonly<Record<string, unknown>> = {}) {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as { data?: T; errors?: readonly unknown[] };
      if (!data || errors) throw new Error(JSON.stringify(errors));
      return data;
    },
    claim: async (id, limit) => (await commands.claimTrials(id, { podUid: 'pod', limit, holding: [] })).trials,
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}
