import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClaims } from '../../src/store/claims.js';
import { openChangeFeed, type Fact } from '../../src/store/change-feed.js';
import type { Database } from '../../src/store/database.js';
import { createExperiments } from '../../src/store/experiments.js';
import { countsFor } from '../../src/model/transitions.js';
import { experimentOf } from '../model/experiments.js';
import { asks } from '../support/claims.js';
import { openTestDatabase } from '../support/database.js';

let database: Database;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

describe('the change feed', () => {
  it('tells of every experiment and trial that any process writes, in order', async () => {
    await using feed = await openChangeFeed(database, (error) => {
      throw error;
    });
    const facts: Fact[] = [];
    const finished = new Promise<void>((resolve) => {
      feed.onFact((fact) => {
        facts.push(fact);
        if (fact.type === 'experiment' && fact.experiment.phase === 'SUCCEEDED') resolve();
      });
    });
    await createExperiments(database).add({
      experiment: { ...experimentOf({ counts: countsFor(2) }), id: 'fed' },
      owner: 'local',
      submissionHash: '',
    });
    const claims = createClaims(database);
    const at = '2026-11-25T10:00:00.000Z';
    for (const index of [0, 1]) {
      await claims.claim('fed', asks('pod', 1));
      await claims.report('fed', 'pod', [{ index, attempt: 1, outcome: 'SUCCEEDED', result: [] }], at);
    }
    await finished;
    const versions = facts.flatMap((fact) => (fact.type === 'experiment' ? [fact.experiment.version] : []));
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    const trials = facts.flatMap((fact) => (fact.type === 'trial' ? [fact.trial] : []));
    expect(new Set(trials.map((trial) => trial.index))).toEqual(new Set([0, 1]));
    expect(trials.at(-1)).toMatchObject({ index: 1, phase: 'SUCCEEDED' });
  });
});
