import type { Note } from './note.js';
import type { Parameter, SampledPoints, Sampling } from './parameter.js';
import { valuesOf } from './parameter-values.js';
import { dimensionsOf } from './search-space.js';
import { sobolDimensions, sobolPoints } from './sobol.js';
import type { SamplingInput } from './submission-input.js';

/** The sampling in the model's form; usable only when nothing was noted. */
export function checkSampling({ kind, samples, seed }: SamplingInput, note: Note): Sampling {
  if (kind === 'RANDOM' || kind === 'SOBOL') return checkSamples({ kind, samples, seed }, note);
  const chosen = kind ?? 'GLADOS';
  for (const [key, value] of Object.entries({ samples, seed })) {
    if (value == null) continue;
    const message = `The sampling is ${chosen}, which takes no ${key}: only RANDOM and SOBOL do.`;
    note('SAMPLING_INVALID', message, ['sampling', key]);
  }
  return chosen;
}

function checkSamples({ kind, samples, seed }: SamplingInput & Pick<SampledPoints, 'kind'>, note: Note): SampledPoints {
  const most = kind === 'SOBOL' ? sobolPoints : Number.MAX_SAFE_INTEGER;
  if (!isWhole(samples, 1, most)) {
    const message =
      samples == null
        ? `The sampling is ${kind}, which needs to be told how many samples to take.`
        : `The samples are a whole number from 1 to ${kind === 'SOBOL' ? '2^32' : '2^53 - 1'}; ${samples} is not.`;
    note('SAMPLING_INVALID', message, ['sampling', 'samples']);
  }
  if (seed != null && !isWhole(seed, 0, Number.MAX_SAFE_INTEGER)) {
    note('SAMPLING_INVALID', `The seed is a whole number from 0 to 2^53 - 1; ${seed} is not.`, ['sampling', 'seed']);
  }
  const chosen = seed ?? (kind === 'RANDOM' ? 0 : undefined);
  return { kind, samples: samples ?? 0, ...(chosen !== undefined && { seed: chosen }) };
}

/** Notes what keeps checked parameters from being listed in a grid, or from being sampled. */
export function checkSampled(parameters: readonly Parameter[], sampling: Sampling, note: Note): void {
  if (typeof sampling === 'string') {
    for (const [at, parameter] of parameters.entries()) {
      if (valuesOf(parameter).count !== undefined) continue;
      const message = `"${parameter.name}" has ${wantsInGrid(parameter)}: ${sampling} runs listed values; only RANDOM and SOBOL take any number from a range.`;
      note('PARAMETER_STEP_INVALID', message, ['parameters', String(at), parameter.kind, 'step']);
    }
    return;
  }
  const dimensions = dimensionsOf(parameters);
  if (sampling.kind === 'SOBOL' && dimensions > sobolDimensions) {
    const message = `There are ${dimensions} parameters that are not constants; SOBOL has ${sobolDimensions} dimensions.`;
    note('SAMPLING_INVALID', message, ['sampling', 'kind']);
  }
}

/** An integer has a step at all times; on a LOG scale 1 is none. */
function wantsInGrid(parameter: Parameter): string {
  return parameter.kind === 'integer'
    ? 'neither points nor a step of at least 2 on its LOG scale'
    : 'neither a step nor points';
}

function isWhole(x: number | null | undefined, least: number, most: number): boolean {
  return Number.isSafeInteger(x) && Number(x) >= least && Number(x) <= most;
}
