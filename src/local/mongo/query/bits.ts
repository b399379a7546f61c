import { isNumeric, toNumber } from '../bson/numbers.js';
import { MongoFailure } from '../failure.js';

/** `$bitsAllSet` and its three sisters, for whole numbers and a mask or a list of positions. */
export function bitTest(name: string, operand: unknown): (value: unknown) => boolean {
  const mask = maskOf(name, operand);
  return (value) => {
    if (!isNumeric(value)) return false;
    const number = toNumber(value);
    if (!Number.isSafeInteger(number)) return false;
    const bits = BigInt(number) & mask;
    switch (name) {
      case '$bitsAllSet':
        return bits === mask;
      case '$bitsAllClear':
        return bits === 0n;
      case '$bitsAnySet':
        return bits !== 0n;
      default:
        return bits !== mask;
    }
  };
}

function maskOf(name: string, operand: unknown): bigint {
  const wholes = (Array.isArray(operand) ? operand : [operand]).map((item: unknown) => {
    const number = isNumeric(item) ? toNumber(item) : -1;
    if (!Number.isSafeInteger(number) || number < 0)
      throw new MongoFailure(2, `${name} takes a non-negative number or a list of bit positions`);
    return BigInt(number);
  });
  if (!Array.isArray(operand)) return wholes[0] as bigint;
  let mask = 0n;
  for (const position of wholes) mask |= 1n << position;
  return mask;
}
