import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { untouched } from '../../src/api/sources.js';
import { trialPage } from '../../src/api/trial-pages.js';
import type { Experiment } from '../../src/model/experiment.js';
import { countsFor, withTransition } from '../../src/model/transitions.js';
import type { Trial, TrialPhase } from '../../src/model/trial.js';
import { experimentOf } from '../model/experiments.js';

const phases: TrialPhase[] = ['WAITING', 'RUNNING', 'SUCCEEDED', 'FAILED'];

/** An experiment whose first trials are touched and stand as `touched` says; the store's reads, over an array. */
function lab(total: number, touched: readonly TrialPhase[]) {
  const counts = touched.reduce((sum, phase) => withTransition(sum, 'WAITING', phase), countsFor(total));
  const experiment: Experiment = { ...experimentOf({ counts }), phase: 'RUNNING', nextIndex: touched.length };
  const all = Array.from({ length: total }, (_, index): Trial => {
    const phase = touched[index];
    return phase === undefined ? untouched(experiment, index) : { ...untouched(experiment, index), attempt: 1, phase };
  });
  const stored = all.slice(0, touched.length);
  const inPhases = async (
    _id: string,
    wanted: readonly TrialPhase[],
    { beyond, limit, direction }: { beyond?: number; limit: number; direction: 1 | -1 },
  ) =>
    (direction === 1 ? stored : stored.toReversed())
      .filter((trial) => wanted.includes(trial.phase))
      .filter(({ index }) => beyond === undefined || (direction === 1 ? index > beyond : index < beyond))
      .slice(0, limit);
  return { experiment, all, trials: { inPhases } };
}

const spaces = fc
  .tuple(fc.array(fc.constantFrom(...phases), { maxLength: 12 }), fc.nat({ max: 12 }))
  .map(([touched, more]) => lab(touched.length + more, touched));

describe('a page of trials', () => {
  it('walked from either end, gives every trial of the phases once, in order', async () => {
    const cases = fc.asyncProperty(
      spaces,
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      fc.option(fc.uniqueArray(fc.constantFrom(...phases), { minLength: 1 }), { nil: undefined }),
      async ({ experiment, all, trials }, limit, fromEnd, wanted) => {
        const expected = all.filter((trial) => !wanted || wanted.includes(trial.phase));
        const seen: Trial[] = [];
        for (let place: number | undefined, rounds = 0; rounds < 30; rounds += 1) {
          const bound = place === undefined ? {} : { [fromEnd ? 'before' : 'after']: place };
          const page = await trialPage(trials, experiment, { limit, fromEnd, ...bound }, wanted);
          expect(page.totalCount).toBe(expected.length);
          if (fromEnd) seen.unshift(...page.items);
          else seen.push(...page.items);
          place = (fromEnd ? page.items[0] : page.items.at(-1))?.index;
          if (!(fromEnd ? page.hasPrevious : page.hasNext)) break;
        }
        expect(seen.map((trial) => trial.index)).toEqual(expected.map((trial) => trial.index));
      },
    );
    await fc.assert(cases, { numRuns: 300 });
  });
});
