import { BSONRegExp, BSONSymbol, Double, Int32, Long } from 'mongodb';
import { type Doc, define, isDoc } from '../bson/document.js';
import { exactNumber, isLong } from '../bson/numbers.js';
import { regularExpression } from '../query/regular-expression.js';

const adapted = new WeakMap<object, unknown>();

/**
 * A value as the expression engine wants it: numbers as JavaScript numbers.
 *
 * Longs beyond 2^53 and decimals stay what they are; the engine passes them on and refuses to calculate with them.
 */
export function adapt(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Int32 || value instanceof Double) return value.value;
  if (value instanceof Date) return value;
  if (isLong(value)) return exactNumber(value) ?? value;
  if (value instanceof BSONRegExp) return regularExpression(value);
  if (value instanceof BSONSymbol) return String(value.value);
  if (!Array.isArray(value) && !isDoc(value)) return value;
  const known = adapted.get(value);
  if (known !== undefined) return known;
  const result = Array.isArray(value) ? value.map((item: unknown) => adapt(item)) : adaptDoc(value);
  adapted.set(value, result);
  return result;
}

function adaptDoc(doc: Doc): Doc {
  const result: Doc = {};
  for (const name of Object.keys(doc)) define(result, name, adapt(doc[name]));
  return result;
}

/** The way back: whole numbers become int or long, all others double. */
export function restore(value: unknown): unknown {
  if (typeof value === 'number') return restoreNumber(value);
  if (Array.isArray(value)) return value.map((item: unknown) => restore(item));
  if (!isDoc(value)) return value;
  const result: Doc = {};
  for (const name of Object.keys(value)) if (value[name] !== undefined) define(result, name, restore(value[name]));
  return result;
}

function restoreNumber(value: number): Int32 | Long | Double {
  if ((value | 0) === value && !Object.is(value, -0)) return new Int32(value);
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? Long.fromNumber(value) : new Double(value);
}
