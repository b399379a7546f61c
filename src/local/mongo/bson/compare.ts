import { Double, Int32 } from 'mongodb';
import { keyOf } from './key-encoding.js';

/**
 * MongoDB's order of two values of any type: negative, zero or positive.
 *
 * Numbers and plain text take a short way; all else is compared by its key.
 */
export function compareValues(a: unknown, b: unknown): number {
  const x = plainNumber(a);
  const y = plainNumber(b);
  if (x !== undefined && y !== undefined) {
    if (x === y) return 0;
    if (x < y) return -1;
    if (x > y) return 1;
    return Number(Number.isNaN(y)) - Number(Number.isNaN(x));
  }
  if (typeof a === 'string' && typeof b === 'string') {
    if (a === b) return 0;
    if (!hasSurrogates.test(a) && !hasSurrogates.test(b)) return a < b ? -1 : 1;
  }
  return Buffer.compare(keyOf(a), keyOf(b));
}

export function equalValues(a: unknown, b: unknown): boolean {
  return compareValues(a, b) === 0;
}

/** UTF-16 orders these differently from the UTF-8 MongoDB compares. */
const hasSurrogates = /[\ud800-\udfff]/;

function plainNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return value instanceof Int32 || value instanceof Double ? value.value : undefined;
}
