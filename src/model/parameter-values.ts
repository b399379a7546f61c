import { decimalOf, numberOf, unitsAt } from './decimal.js';
import type { Parameter, Setting } from './parameter.js';
import { pythonFloat } from './python-number.js';

/** What one parameter may be, by position and computed on demand: a range of 10^9 costs what a range of two costs. */
export interface Values {
  /** At least 1 for a checked parameter. */
  readonly count: bigint;
  /** One setting, or one per column of a group. Needs 0 ≤ position < count. */
  settingsAt(position: bigint): readonly Setting[];
}

type Range = Extract<Parameter, { kind: 'integer' | 'float' }>;

/** A range in whole units of 10^-decimals. */
interface Grid {
  readonly first: bigint;
  readonly step: bigint;
  readonly count: bigint;
  readonly decimals: number;
}

const boolValues = [true, false] as const;

/** The values of a checked parameter, in v1's order: ranges upwards, true before false, lists and rows as given. */
export function valuesOf(parameter: Parameter): Values {
  const { name } = parameter;
  switch (parameter.kind) {
    case 'integer':
    case 'float': {
      const grid = gridOf(parameter);
      return {
        count: grid.count,
        settingsAt: (position) => [numberSetting(parameter, grid, position)],
      };
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
  return positionsOnGrid(gridOf(parameter), parameter.default);
}

/** True when the parameter can have one value only by its very form: a text, or a range from a value to itself. */
export function isConstant(parameter: Parameter): boolean {
  if (parameter.kind === 'text') return true;
  return (parameter.kind === 'integer' || parameter.kind === 'float') && parameter.min === parameter.max;
}

/** True when a range's step is lost in the precision of doubles, so that neighbours would be the same number. */
export function isStepTooFine(range: Range): boolean {
  const grid = gridOf(range);
  if (grid.count < 2n) return false;
  const at = (position: bigint): number => numberOf(grid.first + position * grid.step, grid.decimals);
  return at(0n) === at(1n) || at(grid.count - 2n) === at(grid.count - 1n);
}

/**
 * The decimals of min, max and step decide in which units a range is counted.
 *
 * Exact, so 0.1 + 2 × 0.1 is 0.3, and no value is ever above max.
 */
function gridOf({ min, max, step }: Range): Grid {
  const [low, high, stride] = [decimalOf(min), decimalOf(max), decimalOf(step)];
  const decimals = Math.max(low.decimals, high.decimals, stride.decimals);
  const first = unitsAt(low, decimals);
  const stepUnits = unitsAt(stride, decimals);
  return { first, step: stepUnits, count: (unitsAt(high, decimals) - first) / stepUnits + 1n, decimals };
}

function positionsOnGrid(grid: Grid, x: number): readonly bigint[] {
  const decimal = decimalOf(x);
  if (decimal.decimals > grid.decimals) return [];
  const distance = unitsAt(decimal, grid.decimals) - grid.first;
  const position = distance / grid.step;
  return distance >= 0n && distance % grid.step === 0n && position < grid.count ? [position] : [];
}

function positionsInList(values: readonly string[], wanted: string): readonly bigint[] {
  const positions: bigint[] = [];
  for (const [position, value] of values.entries()) if (value === wanted) positions.push(BigInt(position));
  return positions;
}

function numberSetting({ kind, name }: Range, grid: Grid, position: bigint): Setting {
  const value = numberOf(grid.first + position * grid.step, grid.decimals);
  return { name, value, text: kind === 'float' ? pythonFloat(value) : String(value) };
}

function boolSetting(name: string, value: boolean): Setting {
  return { name, value, text: value ? 'True' : 'False' };
}

function textSetting(name: string, value = ''): Setting {
  return { name, value, text: value };
}
