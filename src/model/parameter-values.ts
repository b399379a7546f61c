import type { Parameter, RangeParameter, Setting } from './parameter.js';
import { pythonFloat } from './python-number.js';
import { anyNumber, positionOf, rangeValues, type RangeValues } from './range-values.js';

/** What one parameter may be, by position and computed on demand: a range of 10^9 costs what a range of two costs. */
export interface Values {
  /** At least 1 for a checked parameter. */
  readonly count: bigint;
  /** One setting, or one per column of a group. Needs 0 ≤ position < count. */
  settingsAt(position: bigint): readonly Setting[];
}

/** What one parameter may be when it is any number of a range: it has no positions, and can only be sampled. */
export interface Continuum {
  readonly count?: undefined;
  /** Needs 0 ≤ fraction < 1, of the way from min to max on the parameter's scale. */
  settingsWithin(fraction: number): readonly Setting[];
}

const boolValues = [true, false] as const;

/** The values of a checked parameter, in v1's order: ranges upwards, true before false, lists and rows as given. */
export function valuesOf(parameter: Parameter): Values | Continuum {
  const { name } = parameter;
  switch (parameter.kind) {
    case 'integer':
    case 'float': {
      const values = rangeValues(parameter);
      return values
        ? { count: values.count, settingsAt: (position) => [numberSetting(parameter, values.at(position))] }
        : { settingsWithin: (fraction) => [numberSetting(parameter, anyNumber(parameter, fraction))] };
    }
    case 'bool':
      return { count: 2n, settingsAt: (position) => [boolSetting(name, boolValues[position === 0n ? 0 : 1])] };
    case 'text':
      return { count: 1n, settingsAt: () => [textSetting(name, parameter.value)] };
    case 'list':
      return {
        count: BigInt(parameter.values.length),
        settingsAt: (position) => [textSetting(name, parameter.values[Number(position)])],
      };
    case 'group':
      return {
        count: BigInt(parameter.columns[0]?.values.length ?? 0),
        settingsAt: (position) =>
          parameter.columns.map((column) => textSetting(column.name, column.values[Number(position)])),
      };
  }
}

/**
 * Where the default stands among the values, ascending.
 *
 * Undefined without a default; empty when the default is not listed; a list may
 * hold its default several times.
 */
export function defaultPositions(parameter: Parameter): readonly bigint[] | undefined {
  if (parameter.kind === 'text' || parameter.kind === 'group' || parameter.default === undefined) return undefined;
  if (parameter.kind === 'bool') return [parameter.default ? 0n : 1n];
  if (parameter.kind === 'list') return positionsInList(parameter.values, parameter.default);
  const values = rangeValues(parameter);
  const position = values && positionOf(values, parameter.default);
  return position === undefined ? [] : [position];
}

/** True when the parameter can have one value only by its very form: a text, or a range from a value to itself. */
export function isConstant(parameter: Parameter): boolean {
  if (parameter.kind === 'text') return true;
  return (parameter.kind === 'integer' || parameter.kind === 'float') && parameter.min === parameter.max;
}

/** True when neighbours of a range would be the same number: its step is lost in the precision of doubles, or it has more points than whole numbers. */
export function isTooFine(range: RangeParameter): boolean {
  const values = rangeValues(range);
  if (!values || values.count < 2n) return false;
  if (range.points !== undefined) return !isAscending(values);
  const { at, count } = values;
  return at(0n) === at(1n) || at(count - 2n) === at(count - 1n);
}

/** One look at every value: for points, of which there are few. */
function isAscending({ at, count }: RangeValues): boolean {
  for (let position = 1n; position < count; position += 1n) if (at(position - 1n) >= at(position)) return false;
  return true;
}

function positionsInList(values: readonly string[], wanted: string): readonly bigint[] {
  const positions: bigint[] = [];
  for (const [position, value] of values.entries()) if (value === wanted) positions.push(BigInt(position));
  return positions;
}

function numberSetting({ kind, name }: RangeParameter, value: number): Setting {
  return { name, value, text: kind === 'float' ? pythonFloat(value) : String(value) };
}

function boolSetting(name: string, value: boolean): Setting {
  return { name, value, text: value ? 'True' : 'False' };
}

function textSetting(name: string, value = ''): Setting {
  return { name, value, text: value };
}
