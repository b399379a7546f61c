/** What goes out in one piece is copied together up to this size; of larger messages the payload is shared. */
const copiedBytes = 16_384;
const slabBytes = 65_536;

/** The header of an unmasked, unfragmented text frame. @see RFC 6455, 5.2 */
export function textHeader(length: number): Buffer {
  if (length < 126) return Buffer.from([0x81, length]);
  if (length < 65_536) return Buffer.from([0x81, 126, length >> 8, length & 255]);
  const header = Buffer.alloc(10);
  header[0] = 0x81;
  header[1] = 127;
  header.writeUIntBE(length, 4, 6);
  return header;
}

/** Cuts small pieces from large ones: a buffer of its own for each frame costs more than writing it. */
export class Slab {
  #buffer = Buffer.alloc(0);
  #used = 0;

  take(length: number): Buffer {
    if (this.#buffer.length - this.#used < length) {
      this.#buffer = Buffer.allocUnsafeSlow(Math.max(length, slabBytes));
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += length;
    return this.#buffer.subarray(from, this.#used);
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
  readonly #payloadBytes: number;
  #templates: Map<number, Buffer> | undefined;

  /** @param payload JSON of the execution result. */
  constructor(payload: string) {
    this.#payload = `${payload}}`;
    this.#payloadBytes = Buffer.byteLength(this.#payload);
    this.shared = this.#payloadBytes > copiedBytes ? Buffer.from(this.#payload) : undefined;
  }

  /**
   * The frame up to `shared`.
   *
   * @param id JSON text of the subscription's id. @param idBytes Its length in UTF-8.
   * @param slab Where the copy is cut from; without one it gets a buffer of its own, which keeps
   *   nothing else alive while it waits.
   */
  framed(id: string, idBytes: number, slab: Slab | undefined): Buffer {
    if (!this.#templates) return this.#first(id, idBytes, slab);
    const template = this.#templates.get(idBytes) ?? this.#build(idBytes);
    const copy = slab ? slab.take(template.length) : Buffer.allocUnsafeSlow(template.length);
    copy.set(template);
    const idAt = headerBytes(template) + opening.length;
    copy.write(id, idAt, id.length === idBytes ? 'latin1' : 'utf8');
    return copy;
  }

  /** Many messages have one reader: a template only for copying it once is not made. */
  #first(id: string, idBytes: number, slab: Slab | undefined): Buffer {
    this.#templates = new Map();
    const header = textHeader(this.#lengthWith(idBytes));
    const text = `${opening}${id}${middle}${this.shared ? '' : this.#payload}`;
    const length = header.length + Buffer.byteLength(text);
    const frame = slab ? slab.take(length) : Buffer.allocUnsafeSlow(length);
    frame.set(header);
    frame.write(text, header.length);
    return frame;
  }

  #lengthWith(idBytes: number): number {
    return opening.length + idBytes + middle.length + this.#payloadBytes;
  }

  #build(idBytes: number): Buffer {
    const header = textHeader(this.#lengthWith(idBytes));
    const head = [header, Buffer.from(opening), Buffer.alloc(idBytes), Buffer.from(middle)];
    const template = Buffer.concat(this.shared ? head : [...head, Buffer.from(this.#payload)]);
    this.#templates?.set(idBytes, template);
    return template;
  }
}

function headerBytes(frame: Buffer): number {
  const length = frame[1] ?? 0;
  if (length < 126) return 2;
  return length === 126 ? 4 : 10;
}
