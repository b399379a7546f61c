import { type Binary, BSONRegExp, type BSONSymbol, type Code, ObjectId, type Timestamp } from 'mongodb';
import { numberKey } from './number-key.js';
import { isNumeric } from './numbers.js';
import { fieldsOf, typeOrder } from './types.js';

const end = Buffer.from([0]);

/** UTF-8 ended by 00 00; a NUL inside becomes 00 01, so that no text's bytes begin another's. */
function textKey(text: string): Buffer {
  const bytes = Buffer.from(text.includes('\0') ? text.replaceAll('\0', '\0\u0001') : text, 'utf8');
  return Buffer.concat([bytes, end, end]);
}

function int64Key(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt.asUintN(64, value + 0x8000000000000000n));
  return bytes;
}

function binaryKey(value: Binary | Uint8Array): Buffer {
  const bytes = value instanceof Uint8Array ? value : value.buffer.subarray(0, value.position);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length);
  head[4] = value instanceof Uint8Array ? 0 : value.sub_type;
  return Buffer.concat([head, bytes]);
}

function fieldKeys(value: unknown): Buffer[] {
  const parts: Buffer[] = [];
  for (const [name, item] of Object.entries(fieldsOf(value))) {
    if (item !== undefined) parts.push(Buffer.from([typeOrder(item)]), textKey(name), payload(item));
  }
  parts.push(end);
  return parts;
}

function itemKeys(items: readonly unknown[]): Buffer[] {
  const parts = items.map((item) => keyOf(item));
  parts.push(end);
  return parts;
}

function payload(value: unknown): Buffer {
  if (isNumeric(value)) return numberKey(value);
  if (typeof value === 'string') return textKey(value);
  if (value instanceof ObjectId) return Buffer.from(value.id);
  if (typeof value === 'boolean') return Buffer.from([value ? 1 : 0]);
  if (value instanceof Date) return int64Key(BigInt(Number.isNaN(+value) ? 0 : +value));
  if (Array.isArray(value)) return Buffer.concat(itemKeys(value));
  switch (typeOrder(value)) {
    case 0x3c:
      return textKey(String((value as BSONSymbol).value));
    case 0x46:
      return Buffer.concat(fieldKeys(value));
    case 0x5a:
      return binaryKey(value as Binary);
    case 0x82:
      return int64Key(BigInt.asUintN(64, (value as Timestamp).toBigInt()) - 0x8000000000000000n);
    case 0x8c:
      return value instanceof BSONRegExp
        ? Buffer.concat([textKey(value.pattern), textKey(value.options)])
        : Buffer.concat([textKey((value as RegExp).source), textKey((value as RegExp).flags)]);
    case 0x96:
      return textKey(String((value as Code).code));
    case 0xa0:
      return Buffer.concat([textKey(String((value as Code).code)), ...fieldKeys((value as Code).scope)]);
    default:
      return Buffer.alloc(0);
  }
}

/**
 * Bytes that order as MongoDB orders BSON values: `Buffer.compare(keyOf(a), keyOf(b))` has the sign of a against b.
 *
 * No key is the beginning of another's, so keys may be joined to compound ones and inverted for descending fields.
 * Values that are equal to MongoDB (int 1, double 1.0, decimal 1.00) have equal keys.
 *
 * @see https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
 */
export function keyOf(value: unknown): Buffer {
  const body = payload(value);
  const key = Buffer.allocUnsafe(body.length + 1);
  key[0] = typeOrder(value);
  key.set(body, 1);
  return key;
}

/** The same bytes inverted: orders the other way round. */
export function inverted(key: Uint8Array): Buffer {
  const result = Buffer.allocUnsafe(key.length);
  for (let i = 0; i < key.length; i++) result[i] = ~(key[i] as number) & 0xff;
  return result;
}

/** The first key after every key that begins with `prefix`; prefix must not be all FF. */
export function after(prefix: Buffer): Buffer {
  const result = Buffer.from(prefix);
  let at = result.length - 1;
  while (at >= 0 && result[at] === 0xff) at--;
  result[at] = (result[at] as number) + 1;
  return result.subarray(0, at + 1);
}
