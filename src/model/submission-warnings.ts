import type { Warning } from './errors.js';
import type { ExperimentSpec } from './experiment.js';
import type { Parameter } from './parameter.js';
import { defaultPositions } from './parameter-values.js';
import { parameterColumns } from './results.js';

const placesShown = 20;

/** Things that work, but perhaps not as meant. Needs checked parameters. */
export function submissionWarnings(spec: ExperimentSpec, trialCount: number): readonly Warning[] {
  return [...manyTrials(trialCount), ...spec.parameters.flatMap(defaultNotListed), ...unknownPlaces(spec)];
}

function manyTrials(count: number): readonly Warning[] {
  if (count <= 1000) return [];
  const trials = `${count.toLocaleString('en-US')} trials`;
  return [{ code: 'MANY_TRIALS', message: wordsFor(count, trials), field: ['parameters'] }];
}

function wordsFor(count: number, trials: string): string {
  if (count > 100_000) {
    return `This is a very large experiment of ${trials}: be sure that you mean it, and try a smaller one first.`;
  }
  if (count > 10_000) return `This is a large experiment of ${trials}: it may keep the cluster busy for long.`;
  return `This experiment has ${trials}.`;
}

function defaultNotListed(parameter: Parameter, at: number): readonly Warning[] {
  if (defaultPositions(parameter)?.length !== 0 || !('default' in parameter)) return [];
  const message = `The default of "${parameter.name}", ${parameter.default}, is not among its values: it is never run itself.`;
  return [{ code: 'DEFAULT_NOT_LISTED', message, field: ['parameters', String(at), parameter.kind, 'default'] }];
}

/** What looks like a place and names no parameter; braces around anything else than a name are taken as meant. */
function unknownPlaces({ constants, parameters }: ExperimentSpec): readonly Warning[] {
  const names = new Set(parameterColumns(parameters));
  const places = new Set(Array.from(constants.matchAll(/\{([\p{L}_][\p{L}\p{N}_. -]*)\}/gu), ([, name = '']) => name));
  const unknown = [...places].filter((place) => !names.has(place));
  return unknown.slice(0, placesShown).map((place) => ({
    code: 'UNKNOWN_PLACE',
    message: `The constants text has {${place}}, which names no parameter and is left as it is.`,
    field: ['constants'],
  }));
}
