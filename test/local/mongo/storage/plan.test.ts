import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Collection, type Document, MongoClient } from 'mongodb';
import { type LocalMongo, startLocalMongo } from '../../../../src/local/mongo/server.js';

interface Stats {
  readonly queryPlanner: { readonly winningPlan: unknown };
  readonly executionStats: { readonly nReturned: number; readonly totalDocsExamined: number };
}

describe('the plan of a query', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lm-'));
  let local: LocalMongo;
  let client: MongoClient;
  let trials: Collection<Document>;

  beforeAll(async () => {
    local = await startLocalMongo({ directory, socketPath: join(directory, 'm.sock') });
    client = await new MongoClient(local.uri).connect();
    trials = client.db('plan').collection('trials');
    await trials.createIndex({ experimentId: 1, index: 1 }, { unique: true });
    await trials.createIndex({ experimentId: 1, phase: 1, index: 1 });
    await trials.createIndex({ experimentId: 1, version: 1 });
    await trials.createIndex({ createdAt: -1, _id: -1 });
    await trials.createIndex(
      { owner: 1, key: 1 },
      { unique: true, partialFilterExpression: { key: { $exists: true } } },
    );
    await trials.insertMany(
      Array.from({ length: 1000 }, (_, i) => ({
        experimentId: `e${i % 10}`,
        index: i,
        phase: i % 3 ? 'done' : 'waiting',
        version: i,
        createdAt: new Date(i),
        owner: 'o',
        key: `k${i}`,
      })),
    );
  });
  afterAll(async () => {
    await client.close();
    await local[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });

  const explained = (filter: Document, sort: Document = {}, limit = 0): Promise<Stats> =>
    trials.find(filter).sort(sort).limit(limit).explain('executionStats') as Promise<unknown> as Promise<Stats>;

  it.each([
    ['one document by a unique key', { experimentId: 'e1', index: 11 }, {}, 0, 'experimentId_1_index_1', 1],
    [
      'some by equal fields, in the order of the next',
      { experimentId: 'e3', phase: 'waiting' },
      { index: 1 },
      5,
      'experimentId_1_phase_1_index_1',
      5,
    ],
    ['those after a version', { experimentId: 'e1', version: { $gt: 900 } }, {}, 0, 'experimentId_1_version_1', 10],
    [
      'a page in descending order',
      { createdAt: { $lte: new Date(500) } },
      { createdAt: -1, _id: -1 },
      20,
      'createdAt_-1__id_-1',
      20,
    ],
    ['one by a partial index', { owner: 'o', key: 'k7' }, {}, 0, 'owner_1_key_1', 1],
    ['a list of values', { experimentId: 'e1', index: { $in: [1, 11, 21, 22] } }, {}, 0, 'experimentId_1_index_1', 3],
    ['one by _id of none', { _id: 'none' }, {}, 0, '_id_', 0],
  ])('reads %s by its index and nothing besides', async (_what, filter, sort, limit, index, examined) => {
    const { queryPlanner, executionStats } = await explained(filter, sort, limit);
    expect(JSON.stringify(queryPlanner.winningPlan)).toContain(`"indexName":"${index}"`);
    expect(JSON.stringify(queryPlanner.winningPlan)).not.toContain('"SORT"');
    expect(executionStats.totalDocsExamined).toBe(examined);
  });

  it('reads everything, and says so, where no index helps', async () => {
    const { queryPlanner, executionStats } = await explained({ nothing: 1 }, { nothing: 1 });
    expect(JSON.stringify(queryPlanner.winningPlan)).toMatch(/"SORT".*"COLLSCAN"/);
    expect(executionStats.totalDocsExamined).toBe(1000);
  });

  it('does not use a partial index for documents it may not hold', async () => {
    const { queryPlanner } = await explained({ owner: 'o' });
    expect(JSON.stringify(queryPlanner.winningPlan)).toContain('COLLSCAN');
  });
});
