import type { Read } from './projection.js';

/** Owners remembered at most; then the oldest is forgotten. */
const most = 2_000;
/** A larger value is not remembered. */
const largestBytes = 16 * 1024;

interface Memory {
  readonly bytes: Buffer;
  readonly value: unknown;
}

/**
 * Reads a value again only when it is not, byte for byte, what its owner had last time.
 *
 * For what seldom changes in an object that changes often: comparing costs a
 * hundredth of reading. The value that is given back is the same one, so it must
 * not be changed.
 *
 * @param ownerOf The name of who has the value, from what of it has been read; undefined when that is not known.
 */
export function remembered(
  read: Read,
  ownerOf: (parent: Readonly<Record<string, unknown>>) => string | undefined,
): Read {
  const memories = new Map<string, Memory>();
  return (cursor, parent) => {
    const { bytes, at } = cursor;
    const owner = ownerOf(parent);
    const memory = owner === undefined ? undefined : memories.get(owner);
    if (memory && isAt(bytes, at, memory.bytes)) {
      cursor.at += memory.bytes.length;
      return memory.value;
    }
    const value = read(cursor, parent);
    if (owner === undefined || cursor.at - at > largestBytes) return value;
    memories.delete(owner);
    // Of its own, not a slice: the chunk that it came in is much larger.
    const copy = Buffer.allocUnsafeSlow(cursor.at - at);
    bytes.copy(copy, 0, at, cursor.at);
    memories.set(owner, { bytes: copy, value });
    const [oldest = owner] = memories.keys();
    if (memories.size > most) memories.delete(oldest);
    return value;
  };
}

/** A JSON object ends at its last bracket, so bytes that are all there are all of the value. */
function isAt(bytes: Buffer, at: number, wanted: Buffer): boolean {
  const end = at + wanted.length;
  return end <= bytes.length && bytes.compare(wanted, 0, wanted.length, at, end) === 0;
}
