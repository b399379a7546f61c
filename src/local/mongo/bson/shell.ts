import { Binary, Decimal128, Double, Int32, ObjectId, Timestamp } from 'mongodb';
import { isDoc } from './document.js';
import { isLong } from './numbers.js';

/** A value as MongoDB writes it into messages: `{ owner: "a", n: 1 }`. */
export function toShell(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || value === undefined) return 'null';
  if (value instanceof Int32) return String(value.value);
  if (value instanceof Double) return doubleText(value.value);
  if (typeof value === 'number') return String(value);
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${+value})`;
  if (value instanceof Timestamp) return `Timestamp(${value.getHighBitsUnsigned()}, ${value.getLowBitsUnsigned()})`;
  if (isLong(value)) return value.toString();
  if (value instanceof Decimal128) return value.toString();
  if (value instanceof Binary)
    return `BinData(${value.sub_type}, ${Buffer.from(value.value()).toString('hex').toUpperCase()})`;
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map((item) => toShell(item)).join(', ')} ]`;
  if (!isDoc(value)) return String(value);
  const members = Object.entries(value).map(([name, item]) => `${name}: ${toShell(item)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function doubleText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? value.toFixed(1) : String(value);
}
