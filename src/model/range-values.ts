import { decimalOf, numberOf, unitsAt } from './decimal.js';
import type { RangeParameter } from './parameter.js';
import { between, binaryLog, power } from './scale.js';

/** The numbers of a range by position, each computed by itself: a range of 10^9 costs what a range of two costs. */
export interface RangeValues {
  readonly count: bigint;
  /** Ascending. Needs 0 ≤ position < count. */
  at(position: bigint): number;
}

/** On a LOG scale values are irrational as a rule: so many digits of them are kept, and 10^-3 is 0.001. */
const logDigits = 12;

/** The values that a checked range lists; undefined when it is any number from min to max. */
export function rangeValues(range: RangeParameter): RangeValues | undefined {
  const { kind, min, max, step, points, scale } = range;
  if (min === max) return { count: 1n, at: () => min };
  if (points !== undefined)
    return { count: BigInt(points), at: (position) => pointAt(range, points, Number(position)) };
  if (scale !== 'LOG') return step === undefined ? undefined : evenSteps(min, max, step);
  return step === undefined || (kind === 'integer' && step === 1) ? undefined : growingSteps(range, step);
}

/** The value at `fraction` of the way through a range that is any number, 0 ≤ fraction < 1. A whole number n covers n to n + 1. */
export function anyNumber(range: RangeParameter, fraction: number): number {
  if (range.kind === 'float') return between(range, fraction);
  return Math.min(range.max, Math.floor(between({ ...range, max: range.max + 1 }, fraction)));
}

/** Where `x` stands among the values; undefined when it is not one of them. */
export function positionOf({ count, at }: RangeValues, x: number): bigint | undefined {
  let [low, high] = [0n, count - 1n];
  while (low < high) {
    const middle = (low + high) >> 1n;
    if (at(middle) < x) low = middle + 1n;
    else high = middle;
  }
  return at(low) === x ? low : undefined;
}

/**
 * min, min + step, … in whole units of 10^-decimals, where the decimals of min,
 * max and step decide.
 *
 * Exact, so 0.1 + 2 × 0.1 is 0.3, and no value is ever above max.
 */
function evenSteps(min: number, max: number, step: number): RangeValues {
  const [low, high, stride] = [decimalOf(min), decimalOf(max), decimalOf(step)];
  const decimals = Math.max(low.decimals, high.decimals, stride.decimals);
  const [first, strideUnits] = [unitsAt(low, decimals), unitsAt(stride, decimals)];
  return {
    count: (unitsAt(high, decimals) - first) / strideUnits + 1n,
    at: (position) => numberOf(first + position * strideUnits, decimals),
  };
}

/** min, min × step, min × step², … up to max. */
function growingSteps({ kind, min, max }: RangeParameter, step: number): RangeValues {
  const at = (position: bigint): number => {
    if (position === 0n) return min;
    const value = min * power(step, Number(position));
    return kind === 'integer' ? value : shortened(value);
  };
  let last = BigInt(Math.floor(binaryLog(max / min) / binaryLog(step)));
  // The estimate may be one off: rounding decides at a max that a whole number of steps leads to.
  while (last > 0n && at(last) > max) last -= 1n;
  while (at(last + 1n) <= max) last += 1n;
  return { count: last + 1n, at };
}

function pointAt(range: RangeParameter, points: number, position: number): number {
  const { kind, min, max, scale } = range;
  if (position === 0) return min;
  if (position === points - 1) return max;
  if (scale !== 'LOG') return evenPoint(range, BigInt(points - 1), BigInt(position));
  const value = between(range, position / (points - 1));
  return kind === 'integer' ? Math.round(value) : Math.min(max, Math.max(min, shortened(value)));
}

/** min + (max - min) × position / parts in decimal: to the nearest whole number for integers, else to 20 places more than min and max have. */
function evenPoint({ kind, min, max }: RangeParameter, parts: bigint, position: bigint): number {
  const [low, high] = [decimalOf(min), decimalOf(max)];
  const decimals = kind === 'integer' ? 0 : Math.max(low.decimals, high.decimals) + 20;
  const first = unitsAt(low, decimals);
  const way = (unitsAt(high, decimals) - first) * position;
  return numberOf(first + (2n * way + parts) / (2n * parts), decimals);
}

function shortened(x: number): number {
  return Number(x.toPrecision(logDigits));
}
