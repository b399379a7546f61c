const slots = 1 << 14;
/** Longer text is seldom the same twice. */
const longest = 200;
/** So many of the last bytes tell texts apart that have one length. */
const told = 12;
const words = Array.from({ length: slots }, () => '');

/**
 * The text of some bytes, which must be ASCII; the same text is mostly the same string in memory.
 *
 * Ten thousand pods say the same images, nodes, reasons and times. Each slot
 * remembers the newest of its texts, so what is held is bounded.
 */
export function wordAt(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length > longest) return bytes.toString('latin1', start, end);
  let hash = length;
  for (let at = Math.max(start, end - told); at < end; at += 1)
    hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
  const slot = (hash ^ (hash >>> 14)) & (slots - 1);
  const known = words[slot] as string;
  if (known.length === length && isAt(bytes, start, known)) return known;
  const word = bytes.toString('latin1', start, end);
  words[slot] = word;
  return word;
}

function isAt(bytes: Buffer, start: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[start + index] !== text.charCodeAt(index)) return false;
  }
  return true;
}
