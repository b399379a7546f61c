import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scoreOf, type Goal, type Objective } from '../../src/model/objective.js';
import { Ranking } from '../../src/model/ranking.js';
import type { Trial, TrialPhase } from '../../src/model/trial.js';
import { scoredTrial } from './scored-trial.js';

const maximize: Objective = { column: 'score', goal: 'MAXIMIZE' };

/** What a ranking promises, by the longest way round. */
function sorted(trials: Iterable<Trial>, objective: Objective, count: number): number[] {
  const sign = objective.goal === 'MAXIMIZE' ? -1 : 1;
  return [...trials]
    .flatMap((trial) => {
      const score = scoreOf(trial, objective);
      return score === undefined ? [] : [{ index: trial.index, score }];
    })
    .sort((a, b) => sign * (a.score - b.score) || a.index - b.index)
    .slice(0, count)
    .map(({ index }) => index);
}

describe('a ranking', () => {
  it.each<[Goal, number[]]>([
    ['MAXIMIZE', [3, 1, 2, 0]],
    ['MINIMIZE', [0, 1, 2, 3]],
  ])('that is to %s puts equals in the order of their indices', (goal, expected) => {
    const ranking = new Ranking({ column: 'score', goal }, 10);
    for (const index of [2, 0, 3, 1]) ranking.put(scoredTrial(index, ['-1', '0', '0.0', '7'][index] ?? ''));
    ranking.put(scoredTrial(4, 'NaN'));
    expect(ranking.best(10).map(({ index }) => index)).toEqual(expected);
  });

  it('says that nothing changed for a trial that is not among the best it holds', () => {
    const ranking = new Ranking(maximize, 1);
    expect([5, 4, 3, 6].map((score, index) => ranking.put(scoredTrial(index, String(score))))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(ranking.best(1).map(({ index }) => index)).toEqual([3]);
    expect(ranking.remove(2)).toBe(false);
  });

  it('is short once too many of those it held were taken back, until it is filled again', () => {
    const trials = [9, 8, 7, 6].map((score, index) => scoredTrial(index, String(score)));
    const ranking = new Ranking(maximize, 1);
    ranking.refill(trials);
    ranking.remove(0);
    expect(ranking.isShort).toBe(false);
    ranking.remove(1);
    expect(ranking.isShort).toBe(true);
    ranking.refill(trials.slice(2));
    expect(ranking.isShort).toBe(false);
    expect(ranking.best(1).map(({ index }) => index)).toEqual([2]);
  });

  it('after any history is what sorting everything gives, filled again only when it is short', () => {
    const step = fc.record({
      index: fc.nat({ max: 30 }),
      value: fc.constantFrom('0', '1', '2', '2.0', '3', '-4', 'NaN', '', 'inf'),
      phase: fc.constantFrom<TrialPhase | 'gone'>('SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'RUNNING', 'FAILED', 'gone'),
    });
    const goals = fc.constantFrom<Goal>('MAXIMIZE', 'MINIMIZE');
    const histories = fc.property(
      fc.array(step, { maxLength: 120 }),
      fc.integer({ min: 1, max: 5 }),
      goals,
      (steps, limit, goal) => {
        const objective = { column: 'score', goal };
        const ranking = new Ranking(objective, limit);
        const trials = new Map<number, Trial>();
        let known = '';
        for (const { index, value, phase } of steps) {
          const before = known;
          if (phase === 'gone') trials.delete(index);
          else trials.set(index, scoredTrial(index, value, phase));
          const trial = trials.get(index);
          const isChanged = trial ? ranking.put(trial) : ranking.remove(index);
          if (ranking.isShort) ranking.refill(trials.values());
          const expected = sorted(trials.values(), objective, limit);
          expect(ranking.best(limit).map((one) => one.index)).toEqual(expected);
          known = expected.join();
          if (known !== before) expect(isChanged).toBe(true);
        }
      },
    );
    fc.assert(histories, { numRuns: 500 });
  });
});
