import { isAscii } from 'node:buffer';
import { endOfNested } from './json-bytes.js';

/** Makes objects of one kind from JSON. All throw SyntaxError for what is no JSON; the bytes are spent. */
export interface ObjectParser {
  object(bytes: Buffer): unknown;
  /** Of a watch: `{ type, object }`. */
  event(bytes: Buffer): unknown;
}

/** Parses whatever it is. */
export const anyObject: ObjectParser = { object: parseObject, event: parseObject };

/**
 * As API servers write it: the last member of the metadata, so never the first of its object.
 *
 * In JSON these bytes are a member wherever they stand: inside a string the quotes would be escaped.
 */
const managedFields = Buffer.from(',"managedFields":[');

/**
 * JSON.parse of a Kubernetes object, or of a watch's event about one, without its `managedFields`.
 *
 * They are a third of a pod's bytes, nobody here reads them, and finding their end costs
 * about 2 us and saves about 7 of parsing. Only the first are cut, which are those of the metadata, and
 * only where their end is found; otherwise the whole is parsed and they stay. Nothing
 * else differs from JSON.parse.
 *
 * @param bytes Spent: the content is overwritten.
 * @throws SyntaxError for what is no JSON
 */
export function parseObject(bytes: Buffer): unknown {
  return JSON.parse(textOf(withoutManagedFields(bytes)));
}

function withoutManagedFields(bytes: Buffer): Buffer {
  const start = bytes.indexOf(managedFields);
  const end = start === -1 ? -1 : endOfNested(bytes, start + managedFields.length - 1);
  if (end === -1) return bytes;
  bytes.copyWithin(start, end);
  return bytes.subarray(0, bytes.length - (end - start));
}

/** ASCII needs no decoding, and most objects are nothing else. */
function textOf(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? 'latin1' : 'utf8');
}
