import type { Decimal128, Long } from 'mongodb';
import { MongoFailure } from '../failure.js';
import { exactNumber, isLong, type Numeric } from './numbers.js';

const scratch = new DataView(new ArrayBuffer(8));

/** A number as the largest double not above it and the exact decimal rest, which is less than one step of that double. */
interface Split {
  readonly floor: number;
  readonly rest: { readonly digits: string; readonly exponent: number } | undefined;
}

function nextDown(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  scratch.setFloat64(0, value);
  scratch.setBigInt64(0, scratch.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return scratch.getFloat64(0);
}

/** A finite double as an integer times a power of two. */
function fraction(value: number): { mantissa: bigint; power: number } {
  scratch.setFloat64(0, value);
  const bits = scratch.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const tail = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? tail : tail | 0x10000000000000n;
  return { mantissa: value < 0 ? -mantissa : mantissa, power: Math.max(biased, 1) - 1075 };
}

/** `coefficient` × 10^`exponent` − `floor`, as an integer and the number of its decimals. */
function subtract(coefficient: bigint, exponent: number, floor: number): { difference: bigint; decimals: number } {
  const { mantissa, power } = fraction(floor);
  const decimals = Math.max(0, -exponent, -power);
  const left = coefficient * 10n ** BigInt(decimals + exponent);
  const right =
    power >= 0
      ? mantissa * 2n ** BigInt(power) * 10n ** BigInt(decimals)
      : mantissa * 5n ** BigInt(-power) * 10n ** BigInt(decimals + power);
  return { difference: left - right, decimals };
}

function splitDecimal(coefficient: bigint, exponent: number, nearest: number): Split {
  if (!Number.isFinite(nearest))
    throw new MongoFailure(2, 'a Decimal128 beyond the range of a double cannot be compared here');
  let floor = nearest;
  let { difference, decimals } = subtract(coefficient, exponent, floor);
  if (difference < 0n) {
    floor = nextDown(floor);
    ({ difference, decimals } = subtract(coefficient, exponent, floor));
  }
  if (difference === 0n) return { floor, rest: undefined };
  const digits = difference.toString();
  return { floor, rest: { digits: digits.replace(/0+$/, ''), exponent: digits.length - decimals } };
}

function split(value: Numeric): Split {
  const exact = exactNumber(value);
  if (exact !== undefined) return { floor: exact, rest: undefined };
  if (isLong(value)) {
    const big = (value as Long).toBigInt();
    return splitDecimal(big, 0, Number(big));
  }
  const text = (value as Decimal128).toString();
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/.exec(text);
  if (!parts) return { floor: Number(text), rest: undefined };
  const [, sign, whole = '', decimals = '', exponent = '0'] = parts;
  const coefficient = BigInt(`${sign}${whole}${decimals}`);
  return splitDecimal(coefficient, Number(exponent) - decimals.length, Number(text));
}

/**
 * Bytes that order like the numbers they stand for, whatever their BSON types; equal numbers have equal bytes.
 *
 * Eight bytes of the double, then 0 when that is all, else 1, the exponent and the digits of the exact rest: longs above
 * 2^53 and decimals stay apart although their doubles are the same. NaN is below every number, −0 equals 0.
 *
 * @throws MongoFailure 2 for a finite Decimal128 that no double is near to.
 */
export function numberKey(value: Numeric): Buffer {
  const { floor, rest } = split(value);
  const tail = rest ? Buffer.from(`...${rest.digits}\0`, 'latin1') : Buffer.alloc(1);
  if (rest) {
    tail[0] = 1;
    tail.writeUInt16BE(rest.exponent + 0x8000, 1);
  }
  const head = Buffer.alloc(8);
  if (!Number.isNaN(floor)) {
    scratch.setFloat64(0, floor === 0 ? 0 : floor);
    const bits = scratch.getBigUint64(0);
    head.writeBigUInt64BE(bits >> 63n === 1n ? BigInt.asUintN(64, ~bits) : bits | 0x8000000000000000n);
  }
  return Buffer.concat([head, tail]);
}
