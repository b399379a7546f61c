import type { NamedValue } from './generated/resolvers.js';

/** A value in text, and as a number when it is a finite one. */
export function namedValue(name: string, value: string): NamedValue {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  return { name, value, number: Number.isFinite(number) ? number : null };
}
