import { ClusterError } from './cluster-error.js';
import { backslash, closing, endOfNested, kindOf, opening, quote } from './json-bytes.js';
import type { KubernetesList } from './objects.js';

const itemsKey = '"items"';

/**
 * Cuts the JSON of a list into the JSON of its items while it comes in, so that
 * neither its text nor its values are ever in memory as a whole, and reading it
 * holds up other work for the time of one chunk.
 *
 * What stands around the items, the envelope, is parsed at the end.
 */
export class ListSplitter {
  readonly #envelope: Buffer[] = [];
  #item: Buffer[] = [];
  #depth = 0;
  #place: 'envelope' | 'between' | 'item' = 'envelope';
  #inString = false;
  #escaped = false;
  /** At depth 1: the text since the last string began; a string that is a key is followed by a colon. */
  #recent = '';

  /**
   * The items that `chunk` completes; each is a Buffer of its own bytes.
   *
   * @throws ClusterError `MALFORMED`
   */
  *push(chunk: Buffer): Generator<Buffer> {
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      if (this.#inString) {
        at = this.#passString(chunk, at);
        continue;
      }
      const kind = kindOf[chunk[at] as number];
      if (kind === 0 || kind === backslash) {
        if (this.#depth === 1) this.#recent += String.fromCharCode(chunk[at] as number);
        else if (this.#place === 'between' && !isBetween(chunk[at] as number)) throw malformed();
      } else if (kind === quote) {
        if (this.#place === 'between') throw malformed();
        this.#inString = true;
        if (this.#depth === 1) this.#recent = '"';
      } else if (kind === opening) {
        const end = this.#place === 'between' ? endOfNested(chunk, at) : -1;
        if (end !== -1) {
          yield chunk.subarray(at, end);
          at = end - 1;
          continue;
        }
        this.#depth += 1;
        if (this.#place === 'between') {
          this.#place = 'item';
          start = at;
        } else if (this.#depth === 2 && this.#opensItems(chunk[at] as number)) {
          this.#envelope.push(chunk.subarray(start, at + 1));
          this.#place = 'between';
        }
      } else if (kind === closing) {
        this.#depth -= 1;
        if (this.#place === 'item' && this.#depth === 2) {
          yield this.#takeItem(chunk.subarray(start, at + 1));
          this.#place = 'between';
        } else if (this.#place === 'between') {
          start = at;
          this.#place = 'envelope';
        }
      }
    }
    if (this.#place === 'item') this.#item.push(chunk.subarray(start));
    else if (this.#place === 'envelope') this.#envelope.push(chunk.subarray(start));
  }

  /** The list without its items. @throws ClusterError `MALFORMED`, as for a list that was cut off */
  envelope(): KubernetesList {
    try {
      const value: unknown = JSON.parse(Buffer.concat(this.#envelope).toString('utf8'));
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    } catch (cause) {
      throw malformed(cause);
    }
    throw malformed();
  }

  /** From inside a string: the place of its last quote, or of the last byte. */
  #passString(chunk: Buffer, from: number): number {
    let at = from;
    if (this.#escaped) {
      this.#escaped = false;
      at += 1;
    }
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === 0x22) {
        this.#inString = false;
        break;
      }
      if (byte === 0x5c) at += 1;
    }
    this.#escaped = this.#inString && at > chunk.length;
    if (this.#depth === 1) this.#recent += chunk.toString('latin1', from, Math.min(at + 1, chunk.length));
    return Math.min(at, chunk.length);
  }

  #opensItems(byte: number): boolean {
    return byte === 0x5b && this.#recent.startsWith(itemsKey) && this.#recent.slice(itemsKey.length).trim() === ':';
  }

  #takeItem(last: Buffer): Buffer {
    if (this.#item.length === 0) return last;
    const item = Buffer.concat([...this.#item, last]);
    this.#item = [];
    return item;
  }
}

/** White space or a comma. */
function isBetween(byte: number): boolean {
  return byte === 0x2c || byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function malformed(cause?: unknown): ClusterError {
  return new ClusterError('what should be a list is none', { code: 'MALFORMED', cause });
}
