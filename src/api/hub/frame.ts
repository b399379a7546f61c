/** What goes out in one piece is copied together up to so many UTF-16 units; of larger messages the payload is shared. */
const copiedUnits = 16_384;
const slabBytes = 65_536;
const mostBytesPerUnit = 3;
const longestHeader = 10;

/** Bytes of the header of an unmasked frame. @see RFC 6455, 5.2 */
function headerLengthFor(length: number): number {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}

/** Writes the header of an unmasked, unfragmented text frame of `length` bytes to the start of `frame`. */
export function putHeader(frame: Buffer, length: number): void {
  frame[0] = 0x81;
  if (length < 126) frame[1] = length;
  else if (length < 65_536) {
    frame[1] = 126;
    frame[2] = length >> 8;
    frame[3] = length & 255;
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
}

/** Cuts small pieces from large ones: a buffer of its own for each frame costs more than writing it. */
export class Slab {
  #buffer = Buffer.alloc(0);
  #used = 0;

  take(length: number): Buffer {
    this.#need(length);
    const from = this.#used;
    this.#used += length;
    return this.#buffer.subarray(from, this.#used);
  }

  /** A whole text frame, measured by writing it. */
  framed(text: string): Buffer {
    const headerLength = headerLengthFor(text.length);
    this.#need(longestHeader + text.length * mostBytesPerUnit);
    const from = this.#used;
    const length = this.#buffer.write(text, from + headerLength);
    // Bytes are more than units where it is not all ASCII, and then may need a longer header.
    const shift = headerLengthFor(length) - headerLength;
    if (shift > 0)
      this.#buffer.copyWithin(from + headerLength + shift, from + headerLength, from + headerLength + length);
    this.#used = from + headerLength + shift + length;
    const frame = this.#buffer.subarray(from, this.#used);
    putHeader(frame, length);
    return frame;
  }

  #need(length: number): void {
    if (this.#buffer.length - this.#used >= length) return;
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(length, slabBytes));
    this.#used = 0;
  }
}

const opening = '{"id":';
const middle = ',"type":"next","payload":';

/**
 * One `next` message for many subscriptions: framed once for each length of
 * their ids, each copy gets its id written in.
 */
export class NextMessage {
  /** The end of every frame, which all copies of a large message share; small ones hold it themselves. */
  readonly shared: Buffer | undefined;
  readonly #payload: string;
  #payloadBytes: number | undefined;
  #templates: Map<number, Buffer> | undefined;
  #isFramed = false;

  /** @param payload JSON of the execution result. */
  constructor(payload: string) {
    this.#payload = `${payload}}`;
    this.shared = payload.length > copiedUnits ? Buffer.from(this.#payload) : undefined;
  }

  /**
   * The frame up to `shared`.
   *
   * @param id JSON text of the subscription's id. @param idBytes Its length in UTF-8.
   * @param slab Where the copy is cut from; without one it gets a buffer of its own, which keeps
   *   nothing else alive while it waits.
   */
  framed(id: string, idBytes: number, slab: Slab | undefined): Buffer {
    // Many messages have one reader: a template only for copying it once is not made.
    if (slab && !this.shared && !this.#isFramed) {
      this.#isFramed = true;
      return slab.framed(opening + id + middle + this.#payload);
    }
    const template = this.#templates?.get(idBytes) ?? this.#build(idBytes);
    const copy = slab ? slab.take(template.length) : Buffer.allocUnsafeSlow(template.length);
    copy.set(template);
    const idAt = headerBytes(template) + opening.length;
    copy.write(id, idAt, id.length === idBytes ? 'latin1' : 'utf8');
    return copy;
  }

  #build(idBytes: number): Buffer {
    this.#payloadBytes ??= Buffer.byteLength(this.#payload);
    const length = opening.length + idBytes + middle.length + this.#payloadBytes;
    const header = Buffer.alloc(headerLengthFor(length));
    putHeader(header, length);
    const head = [header, Buffer.from(opening), Buffer.alloc(idBytes), Buffer.from(middle)];
    const template = Buffer.concat(this.shared ? head : [...head, Buffer.from(this.#payload)]);
    (this.#templates ??= new Map()).set(idBytes, template);
    return template;
  }
}

function headerBytes(frame: Buffer): number {
  const length = frame[1] ?? 0;
  if (length < 126) return 2;
  return length === 126 ? 4 : 10;
}
