import { fieldSchema, wireNumbers } from './field-schema.js';
import type { FieldType } from './field-schema.js';
import type { Fields } from './reading.js';
import { readWire } from './wire.js';
import type { WireValue } from './wire.js';

/** What the bytes begin with, before the envelope: `k8s` and a zero. */
const magic = Buffer.from('k8s\0');

/**
 * Decodes an object that a client sent in protobuf into what it would have sent
 * as JSON. kubectl does so for what it makes from arguments (`create namespace`).
 *
 * Empty texts and empty times go, as they do in JSON; a false or a zero stays,
 * because the wire does not tell those that were set from those that were not.
 *
 * @throws RangeError when the bytes are no protobuf of this API
 * @see Kubernetes, apimachinery/pkg/runtime/serializer/protobuf
 */
export function decodeProtobuf(bytes: Buffer): Fields {
  if (!bytes.subarray(0, magic.length).equals(magic))
    throw new RangeError('the bytes do not begin as protobuf of Kubernetes');
  const envelope = readWire(bytes.subarray(magic.length));
  const type = readWire(bytesIn(envelope.get(1)?.[0]));
  const apiVersion = bytesIn(type.get(1)?.[0]).toString('utf8');
  const kind = bytesIn(type.get(2)?.[0]).toString('utf8');
  return { apiVersion, kind, ...decodeMessage(bytesIn(envelope.get(2)?.[0]), kind) };
}

function decodeMessage(bytes: Buffer, typeName: string): Fields {
  const outer = readWire(bytes);
  const inline = new Map<number, ReadonlyMap<number, readonly WireValue[]>>();
  const found: [string, unknown][] = [];
  for (const [field, [first = 0, second]] of wireNumbers.get(typeName) ?? []) {
    if (second !== undefined && !inline.has(first)) inline.set(first, readWire(bytesIn(outer.get(first)?.[0])));
    const values = second === undefined ? outer.get(first) : inline.get(first)?.get(second);
    const type = fieldSchema.get(typeName)?.get(field);
    if (!values || !type) continue;
    const value = decodeField(values, type);
    const isSet = value !== undefined && !(field === 'generation' && value === 0);
    if (isSet) found.push([field, value]);
  }
  return Object.fromEntries(found);
}

function decodeField(values: readonly WireValue[], type: FieldType): unknown {
  if (type.type === 'list') return values.map((value) => decodeValue(value, type.of) ?? '');
  if (type.type !== 'map') return decodeValue(values.at(-1), type);
  return Object.fromEntries(
    values.map((entry) => {
      const pair = readWire(bytesIn(entry));
      return [bytesIn(pair.get(1)?.[0]).toString('utf8'), decodeValue(pair.get(2)?.[0], type.of) ?? ''];
    }),
  );
}

/** Undefined for what JSON leaves out. */
function decodeValue(value: WireValue | undefined, type: FieldType): unknown {
  switch (type.type) {
    case 'string':
      return bytesIn(value).toString('utf8') || undefined;
    case 'bytes':
      return bytesIn(value).toString('base64');
    case 'boolean':
      return value === 1n;
    case 'int32':
    case 'int64':
      return Number(BigInt.asIntN(64, typeof value === 'bigint' ? value : 0n));
    case 'quantity':
      return bytesIn(readWire(bytesIn(value)).get(1)?.[0]).toString('utf8') || undefined;
    case 'intOrString': {
      const parts = readWire(bytesIn(value));
      if (parts.get(1)?.[0] === 1n) return bytesIn(parts.get(3)?.[0]).toString('utf8');
      return Number(BigInt.asIntN(64, bigIn(parts.get(2)?.[0])));
    }
    case 'time':
      return decodeTime(bytesIn(value));
    case 'object':
      return decodeMessage(bytesIn(value), type.name);
    case 'double':
    case 'any':
    case 'list':
    case 'map':
      return undefined;
  }
}

function decodeTime(bytes: Buffer): string | undefined {
  const parts = readWire(bytes);
  if (!parts.has(1)) return undefined;
  const seconds = Number(BigInt.asIntN(64, bigIn(parts.get(1)?.[0])));
  const micros = String(Math.floor(Number(bigIn(parts.get(2)?.[0])) / 1000)).padStart(6, '0');
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return micros === '000000' ? `${whole}Z` : `${whole}.${micros}Z`;
}

const bigIn = (value: WireValue | undefined): bigint => (typeof value === 'bigint' ? value : 0n);

const bytesIn = (value: WireValue | undefined): Buffer => (Buffer.isBuffer(value) ? value : Buffer.alloc(0));
