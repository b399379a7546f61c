import { Decimal128, Double, Int32, Long } from 'mongodb';
import { notImplemented } from '../failure.js';

export type Numeric = number | Int32 | Double | Long | Decimal128;

export function isLong(value: unknown): value is Long {
  return value instanceof Long && (value as { _bsontype?: string })._bsontype === 'Long';
}

export function isNumeric(value: unknown): value is Numeric {
  return (
    typeof value === 'number' ||
    value instanceof Int32 ||
    value instanceof Double ||
    value instanceof Decimal128 ||
    isLong(value)
  );
}

/** The value as a JavaScript number when that is exact, else undefined. */
export function exactNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (value instanceof Int32 || value instanceof Double) return value.value;
  if (!isLong(value)) return undefined;
  const number = value.toNumber();
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The nearest JavaScript number. */
export function toNumber(value: Numeric): number {
  if (value instanceof Decimal128) return Number(value.toString());
  return exactNumber(value) ?? (value as Long).toNumber();
}

/** An option such as `limit`, of any numeric type; absent means `otherwise`. */
export function integerOption(value: unknown, otherwise: number): number {
  return isNumeric(value) ? Math.trunc(toNumber(value)) : otherwise;
}

/** An option such as `ordered` or `upsert`: booleans and numbers. */
export function flag(value: unknown): boolean {
  return typeof value === 'boolean' ? value : isNumeric(value) && toNumber(value) !== 0;
}

function isDouble(value: Numeric): boolean {
  return value instanceof Double || (typeof value === 'number' && !isInt32(value));
}

function isInt32(value: number): boolean {
  return (value | 0) === value && !Object.is(value, -0);
}

function bigOf(value: Numeric): bigint {
  return isLong(value) ? value.toBigInt() : BigInt(exactNumber(value) ?? 0);
}

/** Integers stay integers and grow from 32 to 64 bits; past 64 bits MongoDB refuses, hence undefined. */
function integer(result: bigint, wide: boolean): Numeric | undefined {
  if (BigInt.asIntN(64, result) !== result) return undefined;
  return !wide && BigInt.asIntN(32, result) === result ? new Int32(Number(result)) : Long.fromBigInt(result);
}

function combine(
  a: Numeric,
  b: Numeric,
  doubles: (a: number, b: number) => number,
  integers: (a: bigint, b: bigint) => bigint,
): Numeric | undefined {
  if (a instanceof Decimal128 || b instanceof Decimal128) throw notImplemented('Arithmetic with Decimal128');
  if (isDouble(a) || isDouble(b)) return new Double(doubles(toNumber(a), toNumber(b)));
  const quick = doubles(toNumber(a), toNumber(b));
  if (isInt32(quick) && !isLong(a) && !isLong(b)) return new Int32(quick);
  return integer(integers(bigOf(a), bigOf(b)), isLong(a) || isLong(b));
}

/** int32 + int32 is int32 or, when it does not fit, long; anything with a double is double; undefined on overflow. */
export function add(a: Numeric, b: Numeric): Numeric | undefined {
  return combine(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  );
}

/** As `add`, for products. */
export function multiply(a: Numeric, b: Numeric): Numeric | undefined {
  return combine(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  );
}
