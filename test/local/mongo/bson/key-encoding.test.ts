import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'mongodb';
import { after, inverted, keyOf } from '../../../../src/local/mongo/bson/key-encoding.js';

/** Numbers with their exact value as an integer count of 1/2^60, by which they are compared independently of the encoding. */
const numbers = fc.oneof(
  fc.integer().map((n) => ({ value: new Int32(n), exact: BigInt(n) << 60n })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => ({ value: Long.fromBigInt(n), exact: n << 60n })),
  fc.bigInt({ min: 2n ** 53n - 3n, max: 2n ** 53n + 3n }).map((n) => ({ value: Long.fromBigInt(n), exact: n << 60n })),
  fc.integer({ min: -(2 ** 30), max: 2 ** 30 }).map((n) => ({ value: new Double(n / 1024), exact: BigInt(n) << 50n })),
  fc
    .integer({ min: -4000, max: 4000 })
    .map((n) => ({ value: Decimal128.fromString((n / 8).toFixed(3)), exact: BigInt(n) << 57n })),
);

const ranks = [
  MinKey,
  undefined,
  null,
  'number',
  'string',
  'object',
  'array',
  ObjectId,
  'boolean',
  Date,
  Timestamp,
  MaxKey,
] as const;

const values: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      new MinKey(),
      new MaxKey(),
      new ObjectId('0123456789abcdef01234567'),
      new Timestamp({ t: 1, i: 2 }),
    ),
    fc.double().map((n) => new Double(n)),
    fc.string({ unit: 'binary' }),
    fc.date({ noInvalidDate: true }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

function rank(value: unknown): number {
  if (value instanceof Double) return ranks.indexOf('number');
  if (Array.isArray(value)) return ranks.indexOf('array');
  const byClass = ranks.findIndex((kind) => typeof kind === 'function' && value instanceof kind);
  if (byClass >= 0) return byClass;
  return value === null ? ranks.indexOf(null) : ranks.indexOf(typeof value as 'string');
}

function sequence(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [i, item] of a.entries()) {
    if (i >= b.length) return 1;
    const order = compare(item, b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** MongoDB's order, written down a second time. */
function compare(a: unknown, b: unknown): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (a instanceof Double && b instanceof Double) {
    if (Number.isNaN(a.value) || Number.isNaN(b.value))
      return Number(Number.isNaN(b.value)) - Number(Number.isNaN(a.value));
    return a.value === b.value ? 0 : a.value - b.value > 0 ? 1 : -1;
  }
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  if (typeof a === 'boolean') return Number(a) - Number(b);
  if (a instanceof Date) return +a - +(b as Date);
  if (Array.isArray(a)) return sequence(a, b as unknown[]);
  if (rank(a) !== ranks.indexOf('object')) return 0;
  const [left, right] = [Object.entries(a as object), Object.entries(b as object)] as [string, unknown][][];
  if (!left || !right) return 0;
  for (const [i, [name, value]] of left.entries()) {
    const other = right[i];
    if (!other) return 1;
    if (rank(value) !== rank(other[1])) return rank(value) - rank(other[1]);
    if (name !== other[0]) return name < other[0] ? -1 : 1;
    const order = compare(value, other[1]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

describe('keys of values', () => {
  it('order numbers of all types by their exact value', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const expected = a.exact === b.exact ? 0 : a.exact < b.exact ? -1 : 1;
        expect(Buffer.compare(keyOf(a.value), keyOf(b.value))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('order values of all types as MongoDB does', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(Buffer.compare(keyOf(a), keyOf(b))).toBe(Math.sign(compare(a, b)));
      }),
      { numRuns: 2000 },
    );
  });

  it('never begin with the key of another value, so that compound and descending keys order as well', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const [left, right] = [keyOf(a), keyOf(b)];
        if (left.equals(right)) return;
        expect(right.subarray(0, left.length).equals(left)).toBe(false);
        expect(Buffer.compare(inverted(left), inverted(right))).toBe(-Buffer.compare(left, right));
      }),
    );
  });

  it('have a first key after all that begin with them', () => {
    fc.assert(
      fc.property(values, fc.uint8Array({ maxLength: 4 }), (value, tail) => {
        const key = keyOf(value);
        expect(Buffer.compare(Buffer.concat([key, tail]), after(key))).toBe(-1);
      }),
    );
  });

  it('put -0 and 0 in one place and NaN below every number', () => {
    expect(keyOf(new Double(-0)).equals(keyOf(new Int32(0)))).toBe(true);
    expect(Buffer.compare(keyOf(new Double(Number.NaN)), keyOf(new Double(-Infinity)))).toBe(-1);
  });
});
