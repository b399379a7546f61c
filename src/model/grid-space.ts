import type { Assignment, Parameter, SearchSpace } from './parameter.js';
import { defaultPositions, isConstant, valuesOf, type Values } from './parameter-values.js';

/** One parameter of a space, and how many kept ways there are to go on behind it. */
interface Level {
  readonly values: Values;
  /** Positions of the default; undefined when leaving it is not counted. */
  readonly defaults: readonly bigint[] | undefined;
  /** Completions by the faster levels while no default has been left. */
  readonly free: bigint;
  /** Completions once one has been left: every faster default must be kept. */
  readonly used: bigint;
}

/**
 * Every combination of listed values, or those of them that the rule of v1 keeps.
 *
 * GRID: the full product in parameter order. GLADOS: the product in parameter
 * order, of which those assignments are kept in which at most one parameter
 * that has a default differs from it; then the rows of groups, fastest; then
 * constants.
 *
 * Row-major: the last level varies fastest, so position 0 holds the first kept
 * combination.
 *
 * @param parameters P parameters; parameter p offers n_p values, d_p of them its default.
 * @see Knuth, TAOCP 7.2.1.1, mixed-radix generation; the radix here depends on whether a default was left.
 */
export function gridSpace(parameters: readonly Parameter[], sampling: 'GLADOS' | 'GRID'): SearchSpace {
  const ordered = sampling === 'GRID' ? parameters : inGladosOrder(parameters);
  // Slowest first, as the parameters are; made from the fastest on.
  const levels: Level[] = [];
  let [free, used] = [1n, 1n];
  for (const parameter of ordered.toReversed()) {
    const values = listedValues(parameter);
    const defaults = sampling === 'GRID' || isConstant(parameter) ? undefined : defaultPositions(parameter);
    levels.push({ values, defaults, free, used });
    const equal = defaults ? BigInt(defaults.length) : values.count;
    free = equal * free + (values.count - equal) * used;
    used = equal * used;
  }
  levels.reverse();
  return { count: free, at: (index) => assignmentAt(levels, BigInt(index)) };
}

function assignmentAt(levels: readonly Level[], index: bigint): Assignment {
  let step: Step = { position: 0n, rest: index, left: false };
  return levels.flatMap((level) => {
    step = descend(level, step.rest, step.left);
    return level.values.settingsAt(step.position);
  });
}

/** A submission whose grid has a parameter without listed values is refused. */
function listedValues(parameter: Parameter): Values {
  const values = valuesOf(parameter);
  if (values.count === undefined) throw new Error(`"${parameter.name}" lists no values for a grid.`);
  return values;
}

/** `rest`: the position among the completions that remain; `left`: a default has been left already. */
interface Step {
  readonly position: bigint;
  readonly rest: bigint;
  readonly left: boolean;
}

function descend(level: Level, rest: bigint, left: boolean): Step {
  const { defaults } = level;
  if (!defaults) {
    const size = left ? level.used : level.free;
    return { position: rest / size, rest: rest % size, left };
  }
  if (left) return { position: defaults[Number(rest / level.used)] ?? 0n, rest: rest % level.used, left };
  return descendFree(level, defaults, rest);
}

/**
 * Values equal to the default hold `free` completions each, all others `used`:
 * the block of default k starts at k × free + (defaults[k] - k) × used.
 */
function descendFree({ free, used }: Level, defaults: readonly bigint[], rest: bigint): Step {
  const startOf = (at: bigint, k: number): bigint => BigInt(k) * free + (at - BigInt(k)) * used;
  let [found, low, high] = [-1, 0, defaults.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (startOf(defaults[middle] ?? 0n, middle) <= rest) [found, low] = [middle, middle + 1];
    else high = middle - 1;
  }
  const at = defaults[found];
  if (at === undefined) return { position: rest / used, rest: rest % used, left: true };
  const within = rest - startOf(at, found);
  if (within < free) return { position: at, rest: within, left: false };
  const behind = within - free;
  return { position: at + 1n + behind / used, rest: behind % used, left: true };
}

/** GLADOS v1 zips groups onto the kept product, and adds constants to every assignment at the end. */
function inGladosOrder(parameters: readonly Parameter[]): readonly Parameter[] {
  return [0, 1, 2].flatMap((wanted) => parameters.filter((parameter) => gladosRank(parameter) === wanted));
}

function gladosRank(parameter: Parameter): number {
  if (isConstant(parameter)) return 2;
  return parameter.kind === 'group' ? 1 : 0;
}
