import type { Parameter } from './parameter.js';
import { isStepTooFine } from './parameter-values.js';
import type { Note } from './note.js';

type Range = Extract<Parameter, { kind: 'integer' | 'float' }>;

interface CheckedRange {
  readonly kind: Range['kind'];
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly default?: number | null | undefined;
}

/** The range in the model's form; usable only when nothing was noted. Integers above 2^53 - 1 cannot be told apart, so they are none. */
export function checkRange(input: CheckedRange, field: readonly string[], note: Note): Parameter {
  const { kind, name, min, max, step } = input;
  const preset = input.default ?? undefined;
  const isNumber = kind === 'integer' ? Number.isSafeInteger : Number.isFinite;
  const noun = kind === 'integer' ? 'integer' : 'finite number';
  const bounds = Object.entries({ min, max, default: preset }).filter(([, value]) => value !== undefined);
  const wrong = bounds.filter(([, value]) => !isNumber(value));
  for (const [key, value] of wrong) {
    note(
      'PARAMETER_RANGE_INVALID',
      `The ${key} of "${name}" is ${value}, which is not a${noun === 'integer' ? 'n' : ''} ${noun}.`,
      [...field, key],
    );
  }
  if (!isNumber(step)) {
    note(
      'PARAMETER_STEP_INVALID',
      `The step of "${name}" is ${step}, which is not a${noun === 'integer' ? 'n' : ''} ${noun}.`,
      [...field, 'step'],
    );
  } else if (step <= 0) {
    note('PARAMETER_STEP_INVALID', `The step of "${name}" is ${step}; it must be above 0.`, [...field, 'step']);
  }
  if (min > max) {
    note('PARAMETER_RANGE_INVALID', `The min of "${name}" is ${min}, which is above its max, ${max}.`, [
      ...field,
      'min',
    ]);
  }
  const range: Range = { kind, name, min, max, step, ...(preset !== undefined && { default: preset }) };
  if (wrong.length === 0 && isNumber(step) && step > 0 && min <= max && isStepTooFine(range)) {
    const message = `The step of "${name}" is ${step}, which is too small to tell its values apart.`;
    note('PARAMETER_STEP_INVALID', message, [...field, 'step']);
  }
  return range;
}
