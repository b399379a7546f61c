import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { endedTrials, isFinished, type Experiment } from '../../src/model/experiment.js';
import { afterJobGone, countsFor, untouchedPhase } from '../../src/model/transitions.js';
import type { TrialPhase, TrialReport } from '../../src/model/trial.js';
import { archived, paused, resumed } from '../../src/model/verbs.js';
import { DomainError } from '../../src/model/errors.js';
import { createClaims, type Claims } from '../../src/store/claims.js';
import type { Database } from '../../src/store/database.js';
import { createExperiments, type Experiments } from '../../src/store/experiments.js';
import { createTrials, type Trials } from '../../src/store/trials.js';
import { experimentOf } from '../model/experiments.js';
import { asks } from '../support/claims.js';
import { openTestDatabase } from '../support/database.js';

const at = '2026-11-25T10:00:00.000Z';
const lost = { code: 'POD_LOST', message: 'gone', evidence: [] } as const;

let database: Database;
let experiments: Experiments;
let trials: Trials;
let claims: Claims;
let made = 0;

beforeAll(async () => {
  database = await openTestDatabase();
  experiments = createExperiments(database);
  trials = createTrials(database);
  claims = createClaims(database);
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
});

async function recorded(total: number): Promise<string> {
  const id = `retry${(made += 1)}`;
  await experiments.add({
    experiment: { ...experimentOf({ counts: countsFor(total) }), id, workers: 1 },
    owner: 'local',
    submissionHash: '',
  });
  return id;
}

async function read(id: string): Promise<Experiment> {
  const experiment = await experiments.get(id);
  if (!experiment) throw new Error(`${id} is gone`);
  return experiment;
}

/** Claims everything that waits, and reports `outcomeOf` each. */
async function runAll(
  id: string,
  outcomeOf: (index: number) => TrialReport['outcome'],
  pod = 'pod',
): Promise<number[]> {
  const ran: number[] = [];
  for (;;) {
    const given = await claims.claim(id, asks(pod, 100));
    if (given.length === 0) return ran;
    ran.push(...given.map(({ index }) => index));
    const reports = given.map(({ index, attempt }): TrialReport => {
      const outcome = outcomeOf(index);
      return { index, attempt, outcome, exitCode: outcome === 'SUCCEEDED' ? 0 : 3, result: [['y', String(index)]] };
    });
    await claims.report(id, pod, reports, at);
  }
}

/** Counts by the trials themselves; those that are not stored are as the experiment says. */
async function counted(id: string): Promise<Record<TrialPhase, number>> {
  const experiment = await read(id);
  const counts = { WAITING: 0, RUNNING: 0, SUCCEEDED: 0, FAILED: 0, TIMED_OUT: 0, CANCELLED: 0 };
  for await (const { phase } of trials.all(id)) counts[phase] += 1;
  counts[untouchedPhase(experiment)] += experiment.counts.total - experiment.nextIndex;
  return counts;
}

async function expectTrueCounts(id: string): Promise<void> {
  const { waiting, running, succeeded, failed, timedOut, cancelled } = (await read(id)).counts;
  expect({
    WAITING: waiting,
    RUNNING: running,
    SUCCEEDED: succeeded,
    FAILED: failed,
    TIMED_OUT: timedOut,
    CANCELLED: cancelled,
  }).toEqual(await counted(id));
}

const codeOf = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => (error as DomainError).problems[0]?.code,
  );

describe('retrying', () => {
  it('runs what failed again and nothing else; how it had ended stays visible', async () => {
    const id = await recorded(4);
    await runAll(id, (index) => (index === 1 ? 'FAILED' : index === 2 ? 'TIMED_OUT' : 'SUCCEEDED'));
    expect(await read(id)).toMatchObject({ phase: 'FAILED', finishedAt: at });
    const { experiment, retried } = await claims.retry(id, undefined);
    expect(retried).toBe(2);
    expect(experiment).toMatchObject({ phase: 'RUNNING', retries: 1, counts: { waiting: 2, succeeded: 2 } });
    expect(await read(id)).not.toHaveProperty('finishedAt');
    expect(await read(id)).not.toHaveProperty('diagnosis');
    expect(await runAll(id, () => 'SUCCEEDED')).toEqual([1, 2]);
    expect(await read(id)).toMatchObject({ phase: 'SUCCEEDED', counts: { succeeded: 4 } });
    expect(await trials.get(id, 1)).toMatchObject({
      attempt: 2,
      phase: 'SUCCEEDED',
      exitCode: 0,
      earlier: [{ attempt: 1, phase: 'FAILED', exitCode: 3, finishedAt: at }],
    });
    await expectTrueCounts(id);
  });

  it('brings back all of a cancelled experiment, also what was never started', async () => {
    const id = await recorded(10);
    await claims.claim(id, asks('pod', 2));
    await claims.cancel(id, at);
    expect(await codeOf(claims.retry(id, undefined))).toBe('EXPERIMENT_STOPPING');
    await claims.change(id, (experiment) => archived(afterJobGone(experiment, at), at));
    const { experiment, retried } = await claims.retry(id, undefined);
    expect(retried).toBe(10);
    expect(experiment).toMatchObject({ phase: 'RUNNING', counts: { waiting: 10, cancelled: 0 } });
    expect(experiment.archivedAt).toBeUndefined();
    expect((await runAll(id, () => 'SUCCEEDED')).length).toBe(10);
    expect((await read(id)).phase).toBe('SUCCEEDED');
  });

  it('of chosen trials leaves those alone that were never started, until all are retried', async () => {
    const id = await recorded(10);
    await claims.claim(id, asks('pod', 1));
    await claims.cancel(id, at);
    await claims.change(id, (experiment) => afterJobGone(experiment, at));
    expect((await claims.retry(id, [0])).retried).toBe(1);
    await expectTrueCounts(id);
    expect(await runAll(id, () => 'SUCCEEDED')).toEqual([0]);
    expect(await read(id)).toMatchObject({ phase: 'FAILED', counts: { succeeded: 1, cancelled: 9 } });
    expect((await claims.retry(id, undefined)).retried).toBe(9);
    expect((await runAll(id, () => 'SUCCEEDED')).length).toBe(9);
    expect(await read(id)).toMatchObject({ phase: 'SUCCEEDED', retries: 2 });
    await expectTrueCounts(id);
  });

  it('refuses what waits, runs, succeeded, was never started or is not there, and changes nothing then', async () => {
    const id = await recorded(3);
    await claims.claim(id, asks('pod', 1));
    const before = await read(id);
    for (const [indices, code] of [
      [[0], 'TRIALS_NOT_RETRIABLE'],
      [[2], 'TRIALS_NOT_RETRIABLE'],
      [[3], 'TRIAL_INDEX_OUT_OF_RANGE'],
      [undefined, 'TRIALS_NOT_RETRIABLE'],
    ] as const) {
      expect(await codeOf(claims.retry(id, indices))).toBe(code);
    }
    expect(await codeOf(claims.retry('nobody', undefined))).toBe('EXPERIMENT_NOT_FOUND');
    expect(await read(id)).toEqual(before);
  });
});

describe('any verbs in any order', () => {
  const verb = fc.constantFrom('claim', 'report', 'lose', 'pause', 'resume', 'cancel', 'gone', 'retry', 'one', 'job');

  it('keep the counts the sum of the trials, and every attempt of a trial told once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(verb, { minLength: 1, maxLength: 25 }), async (verbs) => {
        const id = await recorded(6);
        let flip = 0;
        for (const one of verbs) {
          await act(one, id, (flip += 1));
          await expectTrueCounts(id);
        }
        for await (const { attempt, earlier = [], phase } of trials.all(id)) {
          const told = earlier.map((past) => past.attempt);
          expect(told).toEqual([...new Set(told)].toSorted((a, b) => a - b));
          expect(told.every((past) => past <= attempt)).toBe(true);
          if (phase === 'SUCCEEDED') expect(told).not.toContain(attempt);
        }
        const { phase, counts } = await read(id);
        if (phase === 'RUNNING' || phase === 'PAUSED') expect(endedTrials(counts)).toBeLessThan(counts.total);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

async function act(verb: string, id: string, flip: number): Promise<void> {
  const holds = (await trials.inPhases(id, ['RUNNING'], { limit: 1, direction: 1 }))[0];
  if (verb === 'claim') await claims.claim(id, asks('pod', 1));
  else if (verb === 'report' && holds) {
    const outcome = flip % 3 === 0 ? 'FAILED' : flip % 3 === 1 ? 'SUCCEEDED' : 'TIMED_OUT';
    await claims.report(id, 'pod', [{ index: holds.index, attempt: holds.attempt, outcome, result: [] }], at);
  } else if (verb === 'lose') await claims.takeBack(id, 'pod', lost, at);
  else if (verb === 'gone') await claims.change(id, (experiment) => afterJobGone(experiment, at));
  else if (verb === 'job') await claims.failByJob(id, lost, at);
  else {
    const verbs = {
      pause: () => claims.change(id, paused),
      resume: () => claims.change(id, (experiment) => resumed(experiment, at)),
      cancel: () => claims.cancel(id, at),
      retry: () => claims.retry(id, undefined),
      one: async () => claims.retry(id, isFinished(await read(id)) ? [0] : [flip % 6]),
    };
    const said = verbs[verb as keyof typeof verbs]?.();
    await said?.catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
    });
  }
}
