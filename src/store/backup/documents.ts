import { createHash } from 'node:crypto';
import type { ClientSession, Db } from 'mongodb';
import { UnfitError } from '../unfit.js';
import type { Sum } from './manifest.js';

/**
 * What belongs to one life of one database and is made anew in the next: the
 * name of its event log, on which cursors stand, and who is at work on it.
 */
const ofOneLife = new Set(['feedMarks', 'leases', 'restores']);

const smallest = 5;
/** MongoDB's own limit is 16 MiB and a little. */
const largest = 17 * 1024 * 1024;

/** Collections that a backup holds, by name, with the options that they were made with. */
export async function collectionsOf(db: Db): Promise<readonly { readonly name: string; readonly options: object }[]> {
  const listed = await db.listCollections({ type: 'collection' }).toArray();
  return listed
    .map((found) => ({ name: found.name, options: 'options' in found ? (found.options ?? {}) : {} }))
    .filter(({ name }) => !name.startsWith('system.') && !ofOneLife.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The documents of a collection as their BSON, in the order of `_id`. */
export function documentsOf(db: Db, name: string, session?: ClientSession): AsyncIterable<Buffer> {
  const options = { raw: true, sort: { _id: 1 }, batchSize: 1_000, ...(session ? { session } : {}) } as const;
  return db.collection(name).find({}, options) as unknown as AsyncIterable<Buffer>;
}

/** Sums up documents while they pass. */
export class Summing {
  readonly #hash = createHash('sha256');
  #count = 0;
  #bytes = 0;

  async *through(documents: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const document of documents) {
      this.#hash.update(document);
      this.#count += 1;
      this.#bytes += document.length;
      yield document;
    }
  }

  /** Call once, at the end. */
  sum(): Sum {
    return { count: this.#count, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}

/** The sum of documents that nobody needs otherwise. */
export async function sumOf(documents: AsyncIterable<Buffer>): Promise<Sum> {
  const summing = new Summing();
  const passing = summing.through(documents);
  while (!(await passing.next()).done);
  return summing.sum();
}

/** Cuts a stream of BSON into its documents. @throws UnfitError when it is cut off, or is none */
export async function* splitDocuments(stream: AsyncIterable<Buffer>, from: string): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of stream) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let at = 0;
    while (rest.length - at >= 4) {
      const length = rest.readInt32LE(at);
      if (length < smallest || length > largest) throw new UnfitError(`${from} is damaged: it is no BSON.`);
      if (rest.length - at < length) break;
      yield rest.subarray(at, at + length);
      at += length;
    }
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw new UnfitError(`${from} is damaged: it ends in the middle of a document.`);
}
