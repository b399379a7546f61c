import type { Note } from './note.js';
import type { RangeParameter } from './parameter.js';
import { isTooFine } from './parameter-values.js';
import type { RangeInput } from './submission-input.js';

/** Each point is looked at, so there are only so many; steps may list more. */
const pointsLimit = 10_000;
/** With a smaller factor, neighbours differ by less than the rounding of what is computed from it. */
const leastFactor = 1.000001;

/** The range in the model's form; usable only when nothing was noted. Integers above 2^53 - 1 cannot be told apart, so they are none. */
export function checkRange(
  kind: RangeParameter['kind'],
  input: RangeInput,
  field: readonly string[],
  note: Note,
): RangeParameter {
  const { name, min, max } = input;
  const preset = input.default ?? undefined;
  const step = input.step ?? (kind === 'integer' ? 1 : undefined);
  const range: RangeParameter = {
    kind,
    name,
    min,
    max,
    ...(step !== undefined && { step }),
    ...(input.points != null && { points: input.points }),
    ...(input.scale === 'LOG' && { scale: 'LOG' }),
    ...(preset !== undefined && { default: preset }),
  };
  let flawed = false;
  const flaw: Flaw = (code, message, key) => {
    flawed = true;
    note(code, message, [...field, key]);
  };
  checkEnds(range, flaw);
  checkStep(range, flaw);
  checkPoints(range, flaw);
  if (!flawed && isTooFine(range)) {
    if (range.points === undefined) {
      flaw(
        'PARAMETER_STEP_INVALID',
        `The step of "${name}" is ${step}, which is too small to tell its values apart.`,
        'step',
      );
    } else
      flaw(
        'PARAMETER_STEP_INVALID',
        `"${name}" has no ${range.points} values that differ from ${min} to ${max}.`,
        'points',
      );
  }
  return range;
}

type Flaw = (code: 'PARAMETER_RANGE_INVALID' | 'PARAMETER_STEP_INVALID', message: string, key: string) => void;

function checkEnds(range: RangeParameter, flaw: Flaw): void {
  const { name, min, max } = range;
  const bounds = Object.entries({ min, max, default: range.default }).filter(([, value]) => value !== undefined);
  for (const [key, value] of bounds) {
    if (!isNumber(range.kind, value)) flaw('PARAMETER_RANGE_INVALID', notOne(range, key, value), key);
  }
  if (min > max) {
    flaw('PARAMETER_RANGE_INVALID', `The min of "${name}" is ${min}, which is above its max, ${max}.`, 'min');
  }
  if (range.scale !== 'LOG') return;
  if (min <= 0) {
    flaw('PARAMETER_RANGE_INVALID', `The min of "${name}" is ${min}; on a LOG scale it must be above 0.`, 'min');
  } else if (!Number.isFinite(max / min)) {
    flaw('PARAMETER_RANGE_INVALID', `The max of "${name}" is more than 10^308 times its min.`, 'max');
  }
}

function checkStep(range: RangeParameter, flaw: Flaw): void {
  const { kind, name, step, scale } = range;
  if (step === undefined) return;
  if (!isNumber(kind, step)) flaw('PARAMETER_STEP_INVALID', notOne(range, 'step', step), 'step');
  else if (step <= 0) flaw('PARAMETER_STEP_INVALID', `The step of "${name}" is ${step}; it must be above 0.`, 'step');
  else if (kind === 'float' && scale === 'LOG' && step < leastFactor) {
    const message = `The step of "${name}" is ${step}; on a LOG scale it is the factor between neighbours, at least ${leastFactor}.`;
    flaw('PARAMETER_STEP_INVALID', message, 'step');
  }
}

function checkPoints({ kind, name, min, max, step, points }: RangeParameter, flaw: Flaw): void {
  if (points === undefined) return;
  if (!Number.isSafeInteger(points) || points < 2 || points > pointsLimit) {
    const message = `The points of "${name}" are ${points}; 2 to ${pointsLimit.toLocaleString('en-US')} are allowed.`;
    flaw('PARAMETER_STEP_INVALID', message, 'points');
  }
  if (min === max) {
    flaw('PARAMETER_STEP_INVALID', `"${name}" is a constant, ${min}: points need a max above min.`, 'points');
  }
  if (kind === 'float' ? step !== undefined : step !== 1) {
    flaw('PARAMETER_STEP_INVALID', `"${name}" has a step and points: give one of them.`, 'points');
  }
}

function isNumber(kind: RangeParameter['kind'], value: unknown): boolean {
  return kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
}

function notOne({ kind, name }: RangeParameter, key: string, value: number | undefined): string {
  const noun = kind === 'integer' ? 'an integer' : 'a finite number';
  return `The ${key} of "${name}" is ${value}, which is not ${noun}.`;
}
