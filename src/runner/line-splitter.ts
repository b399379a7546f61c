const newline = 0x0a;

/** Longest line in bytes; what is longer is cut into several. */
export const longestLineBytes = 64 * 1024;

/**
 * Cuts a stream of bytes into lines, without their ends (`\n` or `\r\n`).
 *
 * A line is decoded when it is whole, so a character is never torn apart between
 * two chunks; bytes that are no UTF-8 become U+FFFD. Holds at most one line.
 */
export class LineSplitter {
  #pending: Buffer = Buffer.alloc(0);

  /** The lines that are whole after this chunk. */
  push(chunk: Buffer): string[] {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const lines: string[] = [];
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(newline, start);
      const stop = end === -1 ? bytes.length : end;
      while (stop - start > longestLineBytes) {
        const cut = characterStart(bytes, start + longestLineBytes);
        lines.push(bytes.toString('utf8', start, cut));
        start = cut;
      }
      if (end === -1) break;
      lines.push(decodeLine(bytes, start, end));
      start = end + 1;
    }
    this.#pending = Buffer.from(bytes.subarray(start));
    return lines;
  }

  /** The last line, when the stream ended without a line end. */
  end(): string[] {
    const rest = this.#pending;
    this.#pending = Buffer.alloc(0);
    return rest.length === 0 ? [] : [decodeLine(rest, 0, rest.length)];
  }
}

function decodeLine(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, end > start && bytes[end - 1] === 0x0d ? end - 1 : end);
}

/** The start of the character that holds the byte at `position`; at most three bytes before it (RFC 3629). */
function characterStart(bytes: Buffer, position: number): number {
  for (let start = position; start > position - 4; start--) {
    if (((bytes[start] ?? 0) & 0xc0) !== 0x80) return start;
  }
  return position;
}
