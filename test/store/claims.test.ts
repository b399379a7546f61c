import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Experiment, TrialCounts } from '../../src/model/experiment.js';
import { podLossLimit, type TrialPhase, type TrialReport } from '../../src/model/trial.js';
import { createClaims, type Claims } from '../../src/store/claims.js';
import type { Database } from '../../src/store/database.js';
import { createExperiments, type Experiments } from '../../src/store/experiments.js';
import { createTrials, type Trials } from '../../src/store/trials.js';
import { countsFor } from '../../src/model/transitions.js';
import { paused, resumed } from '../../src/model/verbs.js';
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

async function recorded(total: number, workers = 1): Promise<string> {
  const id = `claims${(made += 1)}`;
  const experiment = { ...experimentOf({ counts: countsFor(total) }), id, workers };
  await experiments.add({ experiment, owner: 'local', submissionHash: '' });
  return id;
}

function success(index: number, attempt = 1): TrialReport {
  return { index, attempt, outcome: 'SUCCEEDED', exitCode: 0, result: [['y', String(index)]] };
}

async function read(id: string): Promise<Experiment> {
  const experiment = await experiments.get(id);
  if (!experiment) throw new Error(`${id} is gone`);
  return experiment;
}

/** What the counts must be, from the trials themselves. */
async function counted(id: string): Promise<TrialCounts> {
  const { counts, nextIndex } = await read(id);
  const phases: TrialPhase[] = [];
  for await (const trial of trials.all(id)) phases.push(trial.phase);
  const of = (phase: TrialPhase) => phases.filter((one) => one === phase).length;
  return {
    total: counts.total,
    waiting: of('WAITING') + counts.total - nextIndex,
    running: of('RUNNING'),
    succeeded: of('SUCCEEDED'),
    failed: of('FAILED'),
    timedOut: of('TIMED_OUT'),
    cancelled: of('CANCELLED'),
  };
}

describe('claims', () => {
  it('gives every trial once when many pods claim at the same time', async () => {
    const id = await recorded(120, 6);
    const taken: number[] = [];
    await Promise.all(
      Array.from({ length: 6 }, async (_, pod) => {
        for (;;) {
          const given = await claims.claim(id, asks(`pod-${pod}`, 7));
          if (given.length === 0) return;
          taken.push(...given.map((trial) => trial.index));
          await claims.report(
            id,
            `pod-${pod}`,
            given.map((trial) => success(trial.index)),
            at,
          );
        }
      }),
    );
    expect(taken.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 120 }, (_, index) => index));
    const { phase, counts } = await read(id);
    expect(phase).toBe('SUCCEEDED');
    expect(counts).toEqual(await counted(id));
    expect(counts.succeeded).toBe(120);
  });

  it('applies a repeated report once, and none whose claim was taken back', async () => {
    const id = await recorded(3);
    const [first] = await claims.claim(id, asks('pod-a', 1));
    expect(await claims.report(id, 'pod-a', [success(0)], at)).toEqual([0]);
    expect(await claims.report(id, 'pod-a', [success(0)], at)).toEqual([]);
    const [second] = await claims.claim(id, asks('pod-a', 1));
    expect([first?.index, second?.index]).toEqual([0, 1]);
    expect(await claims.takeBack(id, 'pod-a', lost, at)).toBe(1);
    expect(await claims.report(id, 'pod-a', [success(1)], at)).toEqual([]);
    const [again] = await claims.claim(id, asks('pod-b', 1));
    expect(again).toMatchObject({ index: 1, attempt: 2, podLosses: 1, podId: 'pod-b' });
    expect(await claims.report(id, 'pod-b', [success(1, 1)], at)).toEqual([]);
    expect(await claims.report(id, 'pod-b', [success(1, 2)], at)).toEqual([1]);
    expect((await read(id)).counts).toEqual(await counted(id));
  });

  it('gives up a trial whose pod went away too often, with the diagnosis of the pod', async () => {
    const id = await recorded(1);
    for (let loss = 0; loss < podLossLimit; loss += 1) {
      await claims.claim(id, asks(`pod-${loss}`, 1));
      await claims.takeBack(id, `pod-${loss}`, lost, at);
    }
    expect(await trials.get(id, 0)).toMatchObject({ phase: 'FAILED', podLosses: podLossLimit, diagnosis: lost });
    expect(await read(id)).toMatchObject({ phase: 'FAILED', diagnosis: { code: 'TRIALS_FAILED' } });
  });

  it('gives a pod again what it was given and never heard of', async () => {
    const id = await recorded(40);
    await claims.claim(id, asks('pod-a', 3));
    const again = await claims.claim(id, asks('pod-a', 1, [1]));
    expect(again.map(({ index, attempt }) => [index, attempt])).toEqual([
      [0, 2],
      [2, 2],
      [3, 1],
    ]);
    expect(await claims.report(id, 'pod-a', [success(0), success(0, 2), success(1)], at)).toEqual([0, 1]);
    expect((await read(id)).counts).toEqual(await counted(id));
  });

  it('lets a released trial wait again without a loss', async () => {
    const id = await recorded(2);
    await claims.claim(id, asks('pod-a', 1));
    await claims.report(id, 'pod-a', [{ index: 0, attempt: 1, outcome: 'RELEASED', result: [] }], at);
    expect(await trials.get(id, 0)).toMatchObject({ phase: 'WAITING', podLosses: 0 });
    expect(await claims.claim(id, asks('pod-b', 1))).toMatchObject([{ index: 0, attempt: 2 }]);
  });

  it('keeps the results of a cancelled experiment, and gives and takes nothing any more', async () => {
    const id = await recorded(1_000_000_000);
    await claims.claim(id, asks('pod-a', 1));
    await claims.report(id, 'pod-a', [success(0)], at);
    await claims.claim(id, asks('pod-a', 1));
    const { phase, counts } = await claims.cancel(id, at);
    expect(phase).toBe('CANCELLING');
    expect(counts).toMatchObject({ succeeded: 1, running: 0, waiting: 0, cancelled: 999_999_999 });
    expect(await claims.report(id, 'pod-a', [success(1)], at)).toEqual([]);
    expect(await claims.claim(id, asks('pod-a', 1))).toEqual([]);
    expect(await trials.get(id, 0)).toMatchObject({ phase: 'SUCCEEDED', result: [['y', '0']] });
    expect(await trials.get(id, 1)).toMatchObject({ phase: 'CANCELLED' });
  });

  it('keeps column names that MongoDB would take for operators or paths', async () => {
    const id = await recorded(1);
    await claims.claim(id, asks('pod-a', 1));
    const result = [
      ['$where', '1'],
      ['a.b', '2'],
      ['', '"\n€'],
      ['__proto__', 'x'],
    ] as const;
    await claims.report(id, 'pod-a', [{ ...success(0), result }], at);
    expect((await trials.get(id, 0))?.result).toEqual(result);
  });
});

describe('a paused experiment', () => {
  it('gives out nothing, takes what pods hand back, and counts no loss of theirs', async () => {
    const id = await recorded(6);
    await claims.claim(id, asks('one', 3));
    expect((await claims.change(id, paused)).phase).toBe('PAUSED');
    expect(await claims.claim(id, asks('two', 3))).toEqual([]);
    const back: TrialReport = { index: 0, attempt: 1, outcome: 'RELEASED', result: [] };
    expect(await claims.report(id, 'one', [success(1), back], at)).toEqual([1, 0]);
    for (let loss = 0; loss < podLossLimit + 1; loss += 1) {
      expect(await claims.takeBack(id, loss === 0 ? 'one' : 'again', lost, at)).toBe(1);
      await claims.change(id, (experiment) => resumed(experiment, at));
      await claims.claim(id, asks('again', 1));
      await claims.change(id, paused);
    }
    expect(await read(id)).toMatchObject({ phase: 'PAUSED', counts: { succeeded: 1, failed: 0 } });
    expect(await trials.get(id, 2)).toMatchObject({ podLosses: 0 });
    expect((await read(id)).counts).toEqual(await counted(id));
  });

  it('ends when the last report comes while it is paused', async () => {
    const id = await recorded(1);
    await claims.claim(id, asks('one', 1));
    await claims.change(id, paused);
    await claims.report(id, 'one', [success(0)], at);
    expect(await read(id)).toMatchObject({ phase: 'SUCCEEDED', finishedAt: at });
    await expect(claims.change(id, (experiment) => resumed(experiment, at))).rejects.toThrow('finished already');
  });
});
