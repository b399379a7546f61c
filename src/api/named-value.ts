import { numberIn } from '../model/results.js';
import type { NamedValue } from './generated/resolvers.js';

/** A value in text, and as a number when it is a finite one. */
export function namedValue(name: string, value: string): NamedValue {
  return { name, value, number: numberIn(value) ?? null };
}
