import { Long } from 'mongodb';
import { randomInt } from 'node:crypto';
import { type Doc, maxDocumentBytes } from '../bson/document.js';
import { MongoFailure } from '../failure.js';
import { RawArray } from '../wire/compose.js';

export interface Batch {
  readonly docs: readonly Buffer[];
  readonly done: boolean;
  readonly postBatchResumeToken?: Doc;
}

/** Results that are handed out in batches. */
export interface Cursor {
  readonly ns: string;
  readonly session: string | undefined;
  /** Reads in the view of a transaction, and ends with it. */
  readonly inTransaction: boolean;
  /** @param waitMilliseconds how long a change stream may wait for something to tell. */
  pull(size: number, waitMilliseconds: number, signal: AbortSignal): Batch | Promise<Batch>;
  close(): void;
}

const idleMilliseconds = 10 * 60_000;

/** A cursor over documents already in order. */
export function cursorOver(
  ns: string,
  docs: Iterable<Buffer>,
  owner: Pick<Cursor, 'session' | 'inTransaction'>,
): Cursor {
  const iterator = docs[Symbol.iterator]();
  let ahead = iterator.next();
  return {
    ns,
    ...owner,
    pull(size) {
      const batch: Buffer[] = [];
      let bytes = 0;
      while (
        !ahead.done &&
        batch.length < size &&
        (batch.length === 0 || bytes + ahead.value.length <= maxDocumentBytes)
      ) {
        batch.push(ahead.value);
        bytes += ahead.value.length;
        ahead = iterator.next();
      }
      return { docs: batch, done: ahead.done === true };
    },
    close() {
      iterator.return?.();
    },
  };
}

/** The open cursors of all clients. One that nobody asks for ten minutes is closed. */
export class Cursors {
  readonly #open = new Map<string, { cursor: Cursor; used: number; busy: boolean }>();
  #last = BigInt(randomInt(2 ** 40)) << 20n;

  /** Answers a command with the first batch, and keeps the cursor when there is more. */
  async first(cursor: Cursor, size: number, single: boolean, signal: AbortSignal): Promise<Doc> {
    const { docs, done, ...rest } = await cursor.pull(size, 0, signal);
    const ended = done || single;
    const id = ended ? Long.ZERO : Long.fromBigInt(++this.#last);
    if (ended) cursor.close();
    else this.#open.set(id.toString(), { cursor, used: performance.now(), busy: false });
    return { cursor: { firstBatch: new RawArray(docs), id, ns: cursor.ns, ...rest } };
  }

  /** @throws MongoFailure 43 for a cursor that is not, or no longer, open. */
  async more(id: Long, ns: string, size: number, waitMilliseconds: number, signal: AbortSignal): Promise<Doc> {
    const entry = this.#open.get(id.toString());
    if (!entry) throw new MongoFailure(43, `cursor id ${id.toString()} not found`);
    if (entry.cursor.ns !== ns)
      throw new MongoFailure(
        13,
        `Requested getMore on namespace '${ns}', but cursor belongs to a different namespace ${entry.cursor.ns}`,
      );
    if (entry.busy) throw new MongoFailure(145, `cursor id ${id.toString()} is already in use`);
    entry.busy = true;
    try {
      const { docs, done, ...rest } = await entry.cursor.pull(size, waitMilliseconds, signal);
      if (done) this.kill(id);
      entry.used = performance.now();
      return { cursor: { nextBatch: new RawArray(docs), id: done ? Long.ZERO : id, ns, ...rest } };
    } catch (error) {
      this.kill(id);
      throw error;
    } finally {
      entry.busy = false;
    }
  }

  /** @returns whether it was open. */
  kill(id: Long): boolean {
    const entry = this.#open.get(id.toString());
    entry?.cursor.close();
    return this.#open.delete(id.toString());
  }

  #closeWhere(test: (cursor: Cursor, used: number, busy: boolean) => boolean): void {
    for (const [id, { cursor, used, busy }] of this.#open) {
      if (!test(cursor, used, busy)) continue;
      cursor.close();
      this.#open.delete(id);
    }
  }

  closeSession(session: string, onlyInTransaction: boolean): void {
    this.#closeWhere((cursor) => cursor.session === session && (cursor.inTransaction || !onlyInTransaction));
  }

  closeIdle(): void {
    this.#closeWhere((_cursor, used, busy) => !busy && performance.now() - used > idleMilliseconds);
  }

  closeAll(): void {
    this.#closeWhere(() => true);
  }
}
