import { EventEmitter } from 'node:events';
import { Timestamp } from 'mongodb';
import type { Handle } from './handle.js';

export type Operation = 'insert' | 'update' | 'replace' | 'delete' | 'drop' | 'rename' | 'dropDatabase';

export interface OplogEntry {
  /** Position and time in one number: seconds × 2^22 + a counter from 1. */
  readonly seq: number;
  readonly at: Date;
  readonly op: Operation;
  readonly ns: string;
  /** BSON `{ _id }`. */
  readonly id?: Buffer | undefined;
  /** The document after the operation. */
  readonly full?: Buffer | undefined;
  /** BSON with what else the event says. */
  readonly extra?: Buffer | undefined;
  /** The document before the operation, where the collection asks for that. */
  readonly before?: Buffer | undefined;
}

export interface OplogBounds {
  readonly entries: number;
  readonly bytes: number;
}

const perSecond = 2 ** 22;

export function timestampOf(seq: number): Timestamp {
  return new Timestamp({ t: Math.floor(seq / perSecond), i: seq % perSecond });
}

export function seqOf(timestamp: Timestamp): number {
  return timestamp.getHighBitsUnsigned() * perSecond + Math.min(timestamp.getLowBitsUnsigned(), perSecond - 1);
}

function sizeOf(entry: Omit<OplogEntry, 'seq' | 'at'>): number {
  return 64 + [entry.id, entry.full, entry.extra, entry.before].reduce((sum, part) => sum + (part?.length ?? 0), 0);
}

const sizes =
  '64 + coalesce(length(id), 0) + coalesce(length(full), 0) + coalesce(length(extra), 0) + coalesce(length(before), 0)';

/**
 * What was written, in order, kept in the same SQLite transaction as the write itself.
 *
 * The oldest entries are dropped when there are too many; who asks for them later learns that they are gone.
 */
export class Oplog {
  readonly #committed = new EventEmitter();
  #entries: number;
  #bytes: number;
  #last: number;
  #seen: number;

  constructor(
    private readonly writer: Handle,
    private readonly reader: Handle,
    private readonly bounds: OplogBounds,
  ) {
    this.#committed.setMaxListeners(0);
    const [entries, bytes, last] = writer
      .sql(`select count(*), coalesce(sum(${sizes}), 0), coalesce(max(seq), 0) from oplog`)
      .get() as [number, number, number];
    this.#entries = entries;
    this.#bytes = bytes;
    this.#last = Math.max(last, Math.floor(Date.now() / 1000) * perSecond);
    this.#seen = this.#last;
  }

  /** The newest position every reader sees. */
  get position(): number {
    return this.#seen;
  }

  append(entry: Omit<OplogEntry, 'seq' | 'at'>): void {
    const now = Date.now();
    this.#last = Math.max(this.#last + 1, Math.floor(now / 1000) * perSecond + 1);
    this.writer
      .sql('insert into oplog (seq, at, op, ns, id, full, extra, before) values (?, ?, ?, ?, ?, ?, ?, ?)')
      .run(
        this.#last,
        now,
        entry.op,
        entry.ns,
        entry.id ?? null,
        entry.full ?? null,
        entry.extra ?? null,
        entry.before ?? null,
      );
    this.#entries++;
    this.#bytes += sizeOf(entry);
    if (this.#entries > this.bounds.entries * 1.1 || this.#bytes > this.bounds.bytes * 1.1) this.#trim();
  }

  #trim(): void {
    const excess = Math.max(
      this.#entries - this.bounds.entries,
      Math.ceil(this.#entries * (1 - this.bounds.bytes / this.#bytes)),
    );
    const edge = this.writer
      .sql('select seq from oplog order by seq limit 1 offset ?')
      .get(Math.min(excess, this.#entries - 1))?.[0];
    this.writer.sql('delete from oplog where seq < ?').run(edge);
    this.writer.sql('insert or replace into meta values (?, ?)').run('trimmed', edge);
    const [entries, bytes] = this.writer.sql(`select count(*), coalesce(sum(${sizes}), 0) from oplog`).get() as [
      number,
      number,
    ];
    this.#entries = entries;
    this.#bytes = bytes;
  }

  /** Makes what was appended visible and wakes who waits for it; called after a commit. */
  publish(): void {
    if (this.#seen === this.#last) return;
    this.#seen = this.#last;
    this.#committed.emit('commit');
  }

  /** Up to `limit` entries after a position, oldest first. */
  read(after: number, limit: number): OplogEntry[] {
    const rows = this.reader.sql(
      'select seq, at, op, ns, id, full, extra, before from oplog where seq > ? and seq <= ? order by seq limit ?',
    );
    return rows.all(after, this.#seen, limit).map(([seq, at, op, ns, id, full, extra, before]) => ({
      seq: seq as number,
      at: new Date(at as number),
      op: op as Operation,
      ns: ns as string,
      id: (id as Buffer | null) ?? undefined,
      full: (full as Buffer | null) ?? undefined,
      extra: (extra as Buffer | null) ?? undefined,
      before: (before as Buffer | null) ?? undefined,
    }));
  }

  /** Whether nothing after this position has been dropped yet. */
  reaches(position: number): boolean {
    const edge = this.reader.sql('select value from meta where name = ?').get('trimmed')?.[0];
    return edge === undefined || position >= Number(edge) - 1;
  }

  /** Resolves at the next commit, after the time, or when the signal says so. */
  async next(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#committed.off('commit', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#committed.once('commit', done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
