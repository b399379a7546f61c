/** What one byte means to who only looks for where values end. */
export const [quote, backslash, opening, closing] = [1, 2, 3, 4];

/** Kind of each byte, 0 for those that mean nothing. In UTF-8 no byte of a longer character is below 0x80. */
export const kindOf = new Uint8Array(256);
kindOf[0x22] = quote;
kindOf[0x5c] = backslash;
kindOf[0x7b] = kindOf[0x5b] = opening;
kindOf[0x7d] = kindOf[0x5d] = closing;

/**
 * Where the object or array that begins at `start` ends: behind its last byte, or -1 when it does not end here.
 *
 * Trusts that the text is JSON: goes by quotes and brackets, and makes no values.
 */
export function endOfNested(bytes: Buffer, start: number): number {
  const { length } = bytes;
  let depth = 0;
  for (let at = start; at < length; at += 1) {
    const kind = kindOf[bytes[at] as number];
    if (kind === 0) continue;
    if (kind === quote) {
      at += 1;
      for (let byte = bytes[at]; at < length && byte !== 0x22; byte = bytes[at]) at += byte === 0x5c ? 2 : 1;
    } else if (kind === opening) depth += 1;
    else if (kind === closing) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

/**
 * Where any JSON value that begins at `start` ends, or -1 when it does not end here.
 *
 * A number or a literal ends before the comma or bracket that follows it.
 */
export function endOfValue(bytes: Buffer, start: number): number {
  const kind = kindOf[bytes[start] as number];
  if (kind === opening) return endOfNested(bytes, start);
  const { length } = bytes;
  let at = start + 1;
  if (kind === quote) {
    for (let byte = bytes[at]; at < length && byte !== 0x22; byte = bytes[at]) at += byte === 0x5c ? 2 : 1;
    return at < length ? at + 1 : -1;
  }
  while (at < length && bytes[at] !== 0x2c && kindOf[bytes[at] as number] !== closing) at += 1;
  return at < length ? at : -1;
}
