import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from 'mongodb';
import { exactNumber, isLong, isNumeric } from './numbers.js';

/** BSON type numbers by the aliases `$type` and `bsonType` accept. */
export const typeNumbers: Readonly<Record<string, number>> = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  dbPointer: 12,
  javascript: 13,
  symbol: 14,
  javascriptWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: -1,
  maxKey: 127,
};

/** The BSON type number of a decoded value. */
export function typeNumberOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return 2;
    case 'boolean':
      return 8;
    case 'undefined':
      return 6;
    case 'number':
      return (value | 0) === value ? 16 : 1;
    default:
  }
  if (value === null) return 10;
  if (value instanceof Int32) return 16;
  if (value instanceof Double) return 1;
  if (value instanceof Date) return 9;
  if (value instanceof ObjectId) return 7;
  if (Array.isArray(value)) return 4;
  return rareTypeNumber(value);
}

function rareTypeNumber(value: unknown): number {
  if (value instanceof Timestamp) return 17;
  if (isLong(value)) return 18;
  if (value instanceof Decimal128) return 19;
  if (value instanceof Binary || value instanceof Uint8Array) return 5;
  if (value instanceof BSONRegExp || value instanceof RegExp) return 11;
  if (value instanceof BSONSymbol) return 14;
  if (value instanceof Code) return value.scope ? 15 : 13;
  if (value instanceof MinKey) return -1;
  if (value instanceof MaxKey) return 127;
  return 3;
}

const aliases = new Map(Object.entries(typeNumbers).map(([name, number]) => [number, name]));

/** The alias MongoDB uses in messages. */
export function typeNameOf(value: unknown): string {
  return aliases.get(typeNumberOf(value)) ?? 'object';
}

/** Place in MongoDB's order of types; every numeric type has the same one. */
export function typeOrder(value: unknown): number {
  if (isNumeric(value)) return 0x1e;
  switch (typeNumberOf(value)) {
    case -1:
      return 0x0a;
    case 6:
      return 0x0f;
    case 10:
      return 0x14;
    case 2:
    case 14:
      return 0x3c;
    case 3:
      return 0x46;
    case 4:
      return 0x50;
    case 5:
      return 0x5a;
    case 7:
      return 0x64;
    case 8:
      return 0x6e;
    case 9:
      return 0x78;
    case 17:
      return 0x82;
    case 11:
      return 0x8c;
    case 13:
      return 0x96;
    case 15:
      return 0xa0;
    default:
      return 0xf0;
  }
}

/** The fields of what BSON writes as a document, also when the driver made a `DBRef` of it. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  return value instanceof DBRef
    ? (value.toJSON() as unknown as Record<string, unknown>)
    : (value as Record<string, unknown>);
}

/** MongoDB's truth in `$expr` and validators: null, missing, false and zero are false. */
export function isTrue(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false && exactNumber(value) !== 0;
}
