import { decode, type Doc, encode, isDoc, maxDocumentBytes, tooLarge } from '../bson/document.js';
import { after } from '../bson/key-encoding.js';
import { MongoFailure } from '../failure.js';
import { toShell } from '../bson/shell.js';
import { describeUpdate } from '../update/describe.js';
import type { Catalog, Collection, Index } from './catalog.js';
import type { Handle } from './handle.js';
import { type IndexKey, indexKeys } from './index-keys.js';
import type { Oplog } from './oplog.js';
import { recordsPerCollection } from './schema.js';
import { flag } from '../bson/numbers.js';

/** Writes records, their index entries and the log of it, all in the transaction that is open. */
export class Records {
  readonly #next = new Map<number, number>();

  constructor(
    private readonly handle: Handle,
    private readonly catalog: Catalog,
    private readonly oplog: Oplog,
  ) {}

  /**
   * @param bytes the document as it came, when that is what it says.
   * @throws MongoFailure 11000 for a key a unique index has already; nothing is written then.
   */
  insert(collection: Collection, doc: Doc, bytes = encode(doc)): void {
    checkSize(bytes);
    const entries = collection.indexes.flatMap((index) => this.#keys(index, doc));
    for (const { index, key } of entries) this.#checkUnique(collection, index, key, undefined);
    const rid = this.#allocate(collection);
    this.handle.sql('insert into documents values (?, ?)').run(rid, bytes);
    for (const { key } of entries) this.#addEntry(key.key, rid);
    this.oplog.append({ op: 'insert', ns: collection.ns, id: idOf(doc), full: bytes });
    if (flag(collection.options['capped'])) this.#trimCapped(collection);
  }

  /** @returns whether anything changed. */
  update(
    collection: Collection,
    rid: number,
    beforeBytes: Buffer,
    before: Doc,
    after_: Doc,
    kind: 'update' | 'replace',
  ): boolean {
    const bytes = encode(after_);
    if (bytes.equals(beforeBytes)) return false;
    checkSize(bytes);
    const fresh = collection.indexes.flatMap((index) => this.#keys(index, after_));
    const stale = new Map(
      collection.indexes
        .flatMap((index) => indexKeys(index, before).keys)
        .map(({ key }) => [key.toString('latin1'), key]),
    );
    const added = fresh.filter(({ key }) => !stale.delete(key.key.toString('latin1')));
    for (const { index, key } of added) this.#checkUnique(collection, index, key, rid);
    this.handle.sql('update documents set body = ? where rid = ?').run(bytes, rid);
    for (const key of stale.values()) this.#removeEntry(key, rid);
    for (const { key } of added) this.#addEntry(key.key, rid);
    const images = keepsImages(collection);
    this.oplog.append({
      op: kind,
      ns: collection.ns,
      id: idOf(after_),
      full: kind === 'replace' || images ? bytes : undefined,
      extra: kind === 'update' ? encode({ updateDescription: describeUpdate(before, after_) }) : undefined,
      before: images ? beforeBytes : undefined,
    });
    return true;
  }

  delete(collection: Collection, rid: number, body: Buffer, doc = decode(body)): void {
    this.#remove(collection, rid, doc);
    this.oplog.append({
      op: 'delete',
      ns: collection.ns,
      id: idOf(doc),
      before: keepsImages(collection) ? body : undefined,
    });
  }

  #remove(collection: Collection, rid: number, doc: Doc): void {
    for (const index of collection.indexes)
      for (const { key } of indexKeys(index, doc).keys) this.#removeEntry(key, rid);
    this.handle.sql('delete from documents where rid = ?').run(rid);
  }

  /**
   * Fills a new index from the records there are.
   *
   * @throws MongoFailure 11000 when they are not unique.
   */
  build(collection: Collection, index: Index): void {
    const first = collection.id * recordsPerCollection;
    const statement = this.handle.sql(
      'select rid, body from documents where rid > ? and rid < ? order by rid limit 64',
    );
    for (let from = first - 1; ;) {
      const rows = statement.all(from, first + recordsPerCollection);
      for (const [rid, body] of rows as [number, Buffer][]) {
        for (const { key } of this.#keys(index, decode(body))) {
          this.#checkUnique(collection, index, key, rid);
          this.#addEntry(key.key, rid);
        }
      }
      if (rows.length < 64) return;
      from = rows.at(-1)?.[0] as number;
    }
  }

  #keys(index: Index, doc: Doc): { index: Index; key: IndexKey }[] {
    const { keys, multikey } = indexKeys(index, doc);
    if (multikey && !index.multikey) this.catalog.markMultikey(index);
    return keys.map((key) => ({ index, key }));
  }

  #checkUnique(collection: Collection, index: Index, { key, values }: IndexKey, rid: number | undefined): void {
    if (!index.unique) return;
    const holder = this.handle
      .sql('select rid from entries where key >= ? and key < ? and rid <> ? limit 1')
      .get(key, after(key), rid ?? -1);
    if (!holder) return;
    const keyValue = Object.fromEntries(index.fields.map((field, i) => [field.path, values[i]]));
    throw new MongoFailure(
      11000,
      `E11000 duplicate key error collection: ${collection.ns} index: ${index.name} dup key: ${toShell(keyValue)}`,
      {
        keyPattern: index.spec['key'],
        keyValue,
      },
    );
  }

  #addEntry(key: Buffer, rid: number): void {
    this.handle.sql('insert or ignore into entries values (?, ?)').run(key, rid);
  }

  #removeEntry(key: Buffer, rid: number): void {
    this.handle.sql('delete from entries where key = ? and rid = ?').run(key, rid);
  }

  #allocate(collection: Collection): number {
    const first = collection.id * recordsPerCollection;
    let next = this.#next.get(collection.id);
    if (next === undefined) {
      const last = this.handle
        .sql('select max(rid) from documents where rid >= ? and rid < ?')
        .get(first, first + recordsPerCollection)?.[0];
      next = typeof last === 'number' ? last + 1 : first + 1;
    }
    this.#next.set(collection.id, next + 1);
    return next;
  }

  /** Drops the oldest documents of a capped collection beyond its `max` and `size`; the change streams do not show that. */
  #trimCapped(collection: Collection): void {
    const first = collection.id * recordsPerCollection;
    const bounds = [first, first + recordsPerCollection];
    const max = Number(collection.options['max'] ?? Infinity);
    const size = Number(collection.options['size'] ?? Infinity);
    for (;;) {
      const [count, bytes] = this.handle
        .sql('select count(*), sum(length(body)) from documents where rid >= ? and rid < ?')
        .get(...bounds) as [number, number];
      if (count <= 1 || (count <= max && bytes <= size)) return;
      const [rid, body] = this.handle
        .sql('select rid, body from documents where rid >= ? and rid < ? order by rid limit 1')
        .get(...bounds) as [number, Buffer];
      this.#remove(collection, rid, decode(body));
    }
  }
}

function checkSize(bytes: Buffer): void {
  if (bytes.length > maxDocumentBytes) throw tooLarge(bytes.length);
}

function idOf(doc: Doc): Buffer {
  return encode({ _id: doc['_id'] });
}

function keepsImages(collection: Collection): boolean {
  const option = collection.options['changeStreamPreAndPostImages'];
  return isDoc(option) && flag(option['enabled']);
}
