import { type Doc, encode, isDoc } from '../bson/document.js';

/** An array of documents that are BSON already. */
export class RawArray {
  constructor(readonly docs: readonly Uint8Array[]) {}
}

function holdsRaw(value: unknown): boolean {
  return value instanceof RawArray || (isDoc(value) && Object.values(value).some((inner) => holdsRaw(inner)));
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function wrap(parts: readonly Uint8Array[]): Uint8Array[] {
  const length = parts.reduce((sum, part) => sum + part.length, 5);
  return [int32(length), ...parts, Buffer.alloc(1)];
}

function rawElements(docs: readonly Uint8Array[]): Uint8Array[] {
  return docs.flatMap((doc, i) => [Buffer.from(`\u0003${i}\0`, 'latin1'), doc]);
}

/**
 * A document as pieces of BSON, with the documents of `RawArray`s put in as they are.
 *
 * What a query finds is thus neither decoded nor copied on its way to the client, and a reply may be larger than a document.
 */
export function compose(doc: Doc): Uint8Array[] {
  if (!holdsRaw(doc)) return [encode(doc)];
  const parts = Object.entries(doc).flatMap(([name, value]): Uint8Array[] => {
    if (value instanceof RawArray) return [Buffer.from(`\u0004${name}\0`, 'utf8'), ...wrap(rawElements(value.docs))];
    if (isDoc(value) && holdsRaw(value)) return [Buffer.from(`\u0003${name}\0`, 'utf8'), ...compose(value)];
    return [encode({ [name]: value }).subarray(4, -1)];
  });
  return wrap(parts);
}
