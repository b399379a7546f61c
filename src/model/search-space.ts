import { drawsOf } from './draws.js';
import { DomainError } from './errors.js';
import { gridSpace } from './grid-space.js';
import type { Assignment, Parameter, SampledPoints, Sampling, SearchSpace } from './parameter.js';
import { isConstant, valuesOf } from './parameter-values.js';

/**
 * The space that checked parameters span: for GLADOS and GRID see grid-space.ts;
 * RANDOM and SOBOL draw each parameter that is not a constant by itself, in the
 * order of the parameters.
 *
 * Cost: one pass over lists that have a default, O(P) otherwise.
 */
export function createSearchSpace(parameters: readonly Parameter[], sampling: Sampling): SearchSpace {
  return typeof sampling === 'string' ? gridSpace(parameters, sampling) : sampledSpace(parameters, sampling);
}

/** How many assignments a space holds; exact up to 2^53 - 1. */
export function trialCount(space: SearchSpace): number {
  return Number(space.count);
}

/**
 * The assignment at one position of a search space.
 *
 * The same space always numbers the same way, on every machine; a trial's index
 * may therefore be used as its name.
 *
 * @param index 0 ≤ index < trialCount(space). Cost O(P), nothing is expanded: plus log d_p for a parameter that
 *   lists its default d_p times, and for SOBOL log index for each parameter.
 * @throws DomainError `TRIAL_INDEX_OUT_OF_RANGE`
 */
export function assignmentAt(space: SearchSpace, index: number): Assignment {
  if (!Number.isSafeInteger(index) || index < 0 || BigInt(index) >= space.count) {
    throw new DomainError({
      code: 'TRIAL_INDEX_OUT_OF_RANGE',
      message: `There is no trial ${index}: trials are numbered from 0 to ${space.count - 1n}.`,
      field: ['index'],
    });
  }
  return space.at(index);
}

/** Parameters that are drawn: each is one dimension, a group too. */
export function dimensionsOf(parameters: readonly Parameter[]): number {
  return parameters.filter((parameter) => !isConstant(parameter)).length;
}

function sampledSpace(parameters: readonly Parameter[], sampling: SampledPoints): SearchSpace {
  const draws = drawsOf(sampling);
  let dimensions = 0;
  const chosen = parameters.map((parameter) => {
    const values = valuesOf(parameter);
    if (isConstant(parameter)) return { values };
    return { values, dimension: dimensions++ };
  });
  return {
    count: BigInt(sampling.samples),
    at: (index) =>
      chosen.flatMap(({ values, dimension }) => {
        if (values.count === undefined) return values.settingsWithin(draws(index, dimension ?? 0).fraction());
        return values.settingsAt(dimension === undefined ? 0n : draws(index, dimension).position(values.count));
      }),
  };
}
