import { BSON } from 'mongodb';
import { MongoFailure } from '../failure.js';

export type Doc = Record<string, unknown>;

export const maxDocumentBytes = 16 * 1024 * 1024;

const decoding = {
  promoteValues: false,
  promoteLongs: false,
  promoteBuffers: false,
  bsonRegExp: true,
  validation: { utf8: false },
} as const;

/** BSON to an object whose numbers keep their BSON type (`Int32`, `Double`, `Long`, `Decimal128`). */
export function decode(bytes: Uint8Array): Doc {
  return BSON.deserialize(bytes, decoding);
}

/**
 * An object to BSON; `undefined` members are left out.
 *
 * @throws MongoFailure 10334 when the result would not fit a document.
 */
export function encode(doc: Doc): Buffer {
  try {
    const bytes = BSON.serialize(doc, { ignoreUndefined: true });
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(BSON.calculateObjectSize(doc));
    throw error;
  }
}

export function tooLarge(size: number): MongoFailure {
  return new MongoFailure(
    10334,
    `BSONObj size: ${size} is invalid. Size must be between 0 and ${maxDocumentBytes + 16384}(16MB)`,
  );
}

/** A subdocument, as opposed to an array or one of the BSON value classes. */
export function isDoc(value: unknown): value is Doc {
  if (value === null || typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A deep copy of documents and arrays; the values in them are immutable and shared. */
export function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => copy(item)) as T;
  if (!isDoc(value)) return value;
  const result: Doc = {};
  for (const name of Object.keys(value)) define(result, name, copy(value[name]));
  return result as T;
}

/** Sets an own property, also one called `__proto__`. */
export function define(target: Doc, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  else target[name] = value;
}

/** What stands under `name`, undefined when it is inherited or absent. */
export function own(target: Doc, name: string): unknown {
  return Object.hasOwn(target, name) ? target[name] : undefined;
}
