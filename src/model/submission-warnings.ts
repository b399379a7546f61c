import type { Warning } from './errors.js';
import type { ExperimentSpec } from './experiment.js';
import type { Parameter } from './parameter.js';
import { defaultPositions, valuesOf } from './parameter-values.js';
import { parameterColumns } from './results.js';

const placesShown = 20;
const longestShown = 40;

/** Things that work, but perhaps not as meant. Needs checked parameters. */
export function submissionWarnings(spec: ExperimentSpec, trialCount: number): readonly Warning[] {
  const { parameters, sampling } = spec;
  const counted = typeof sampling === 'string' ? ['parameters'] : ['sampling', 'samples'];
  return [
    ...manyTrials(trialCount, counted),
    ...parameters.flatMap(defaultNotListed),
    ...parameters.flatMap(valueTwice),
    ...unknownPlaces(spec),
  ];
}

function manyTrials(count: number, field: readonly string[]): readonly Warning[] {
  if (count <= 1000) return [];
  const trials = `${count.toLocaleString('en-US')} trials`;
  return [{ code: 'MANY_TRIALS', message: wordsFor(count, trials), field }];
}

function wordsFor(count: number, trials: string): string {
  if (count > 100_000) {
    return `This is a very large experiment of ${trials}: be sure that you mean it, and try a smaller one first.`;
  }
  if (count > 10_000) return `This is a large experiment of ${trials}: it may keep the cluster busy for long.`;
  return `This experiment has ${trials}.`;
}

function defaultNotListed(parameter: Parameter, at: number): readonly Warning[] {
  if (!('default' in parameter) || isListed(parameter)) return [];
  const message = `The default of "${parameter.name}", ${parameter.default}, is not among its values: it is never run itself.`;
  return [{ code: 'DEFAULT_NOT_LISTED', message, field: ['parameters', String(at), parameter.kind, 'default'] }];
}

/** A range that is any number lists all from its min to its max. */
function isListed(parameter: Parameter & { readonly default?: unknown }): boolean {
  if ('min' in parameter && valuesOf(parameter).count === undefined) {
    const { min, max, default: preset = min } = parameter;
    return preset >= min && preset <= max;
  }
  return defaultPositions(parameter)?.length !== 0;
}

function valueTwice(parameter: Parameter, at: number): readonly Warning[] {
  if (parameter.kind !== 'list') return [];
  const { name, values } = parameter;
  const known = new Set<string>();
  const repeated = [...values.keys()].filter((place) => known.size === known.add(values[place] ?? '').size);
  const [place] = repeated;
  if (place === undefined) return [];
  const value = JSON.stringify([...(values[place] ?? '')].slice(0, longestShown).join(''));
  const count = repeated.length === 1 ? 'one repetition' : `${repeated.length} repetitions`;
  const message = `The list "${name}" has ${value} more than once, ${count} in all: each counts as a value of its own.`;
  return [{ code: 'VALUE_TWICE', message, field: ['parameters', String(at), 'list', 'values', String(place)] }];
}

/** What looks like a place and names no parameter; braces around anything else than a name are taken as meant. */
function unknownPlaces({ constants, program, parameters }: ExperimentSpec): readonly Warning[] {
  const names = new Set(parameterColumns(parameters));
  const texts = [
    { what: 'The constants text', text: constants, field: ['constants'], isKnown: (place: string) => names.has(place) },
    ...(program.command ?? []).map((text, at) => ({
      what: 'The command',
      text,
      field: ['program', 'command', String(at)],
      isKnown: (place: string) => place === 'config' || names.has(place),
    })),
  ];
  const unknown = texts.flatMap(({ what, text, field, isKnown }) =>
    placesIn(text)
      .filter((place) => !isKnown(place))
      .map((place): Warning => {
        const message = `${what} has {${place}}, which names no parameter and is left as it is.`;
        return { code: 'UNKNOWN_PLACE', message, field };
      }),
  );
  return unknown.slice(0, placesShown);
}

function placesIn(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(/\{([\p{L}_][\p{L}\p{N}_. -]*)\}/gu), ([, name = '']) => name))];
}
