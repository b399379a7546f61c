/** No message of a driver is longer. */
export const maxMessageBytes = 48_000_000;

const headerBytes = 16;

/** What came is no message of the protocol; the connection cannot go on. */
export class BrokenFrame extends Error {}

/**
 * Cuts a stream of bytes into messages.
 *
 * Bytes may come in pieces of any size; they are joined once a message is complete, not at every piece.
 */
export class FrameReader {
  #pieces: Buffer[] = [];
  #held = 0;
  #wanted = 4;

  /** @throws BrokenFrame for a length no message can have. */
  *push(piece: Buffer): Generator<Buffer> {
    this.#pieces.push(piece);
    this.#held += piece.length;
    while (this.#held >= this.#wanted) {
      const all = this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces);
      const length = all.readInt32LE(0);
      if (length < headerBytes || length > maxMessageBytes) throw new BrokenFrame(`a message of ${length} bytes`);
      this.#pieces = [all];
      if (all.length < length) {
        this.#wanted = length;
        return;
      }
      const rest = all.subarray(length);
      this.#pieces = rest.length > 0 ? [rest] : [];
      this.#held = rest.length;
      this.#wanted = 4;
      yield all.subarray(0, length);
    }
  }
}
