/**
 * Cuts a stream of bytes into lines at 0x0a.
 *
 * Bytes, not text: a UTF-8 character may lie across two chunks, and U+2028 inside
 * a JSON string ends no line. The pieces of a long line are kept apart and joined
 * once, so a line costs time linear in its length however many chunks it came in.
 */
export class LineSplitter {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #held = 0;

  /** @param maxBytes What a line holds beyond that is dropped; memory is bounded by it. */
  constructor(maxBytes = Number.POSITIVE_INFINITY) {
    this.#maxBytes = maxBytes;
  }

  /** The lines that `chunk` completes, without their 0x0a. */
  push(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      this.#hold(chunk.subarray(start, end));
      lines.push(this.#take());
      start = end + 1;
    }
    this.#hold(chunk.subarray(start));
    return lines;
  }

  /** What came after the last 0x0a; empty when nothing did. */
  rest(): Buffer {
    return this.#take();
  }

  #hold(piece: Buffer): void {
    const kept = piece.subarray(0, Math.max(0, this.#maxBytes - this.#held));
    if (kept.length === 0) return;
    this.#pieces.push(kept);
    this.#held += kept.length;
  }

  #take(): Buffer {
    const [first] = this.#pieces;
    const line = this.#pieces.length === 1 && first ? first : Buffer.concat(this.#pieces, this.#held);
    this.#pieces = [];
    this.#held = 0;
    return line;
  }
}
