import type { Experiment } from '../model/experiment.js';
import { countOf, untouchedPhase } from '../model/transitions.js';
import type { Trial, TrialPhase } from '../model/trial.js';
import { cutPage, type Page, type PageRequest } from '../store/pages.js';
import type { Trials } from '../store/trials.js';
import { untouched } from './sources.js';

/**
 * A page of an experiment's trials in index order, those that nobody has claimed
 * included. Those are not stored: they are all indices from `nextIndex` on. The
 * cost is that of the page, not of the space.
 */
export async function trialPage(
  trials: Pick<Trials, 'inPhases'>,
  experiment: Experiment,
  request: PageRequest<number>,
  phases?: readonly TrialPhase[],
): Promise<Page<Trial>> {
  const { counts, nextIndex } = experiment;
  const wanted = new Set(phases ?? (Object.keys(countOf) as TrialPhase[]));
  const totalCount = [...wanted].reduce((sum, phase) => sum + counts[countOf[phase]], 0);
  const low = Math.max(0, (request.after ?? -1) + 1);
  const high = Math.min(counts.total, request.before ?? counts.total);
  const size = request.limit + 1;
  const fresh = wanted.has(untouchedPhase(experiment));
  const rows = request.fromEnd
    ? [...freshDown(), ...(await storedDown())].slice(0, size)
    : [...(await storedUp()), ...freshUp()].slice(0, size);
  return cutPage(rows, request, totalCount);

  async function storedUp(): Promise<Trial[]> {
    const found = await trials.inPhases(experiment.id, [...wanted], { beyond: low - 1, limit: size, direction: 1 });
    return found.filter((trial) => trial.index < Math.min(high, nextIndex));
  }
  async function storedDown(): Promise<Trial[]> {
    const end = Math.min(high, nextIndex);
    const found = await trials.inPhases(experiment.id, [...wanted], { beyond: end, limit: size, direction: -1 });
    return found.filter((trial) => trial.index >= low);
  }
  function freshUp(): Trial[] {
    return fresh ? span(Math.max(low, nextIndex), Math.min(high, Math.max(low, nextIndex) + size)) : [];
  }
  function freshDown(): Trial[] {
    return fresh ? span(Math.max(low, nextIndex, high - size), high).reverse() : [];
  }
  function span(first: number, end: number): Trial[] {
    return Array.from({ length: Math.max(0, end - first) }, (_, offset) => untouched(experiment, first + offset));
  }
}
