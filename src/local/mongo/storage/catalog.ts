import { randomBytes } from 'node:crypto';
import { decode, type Doc, encode, isDoc } from '../bson/document.js';
import { flag, integerOption, isNumeric, toNumber } from '../bson/numbers.js';
import { compileFilter, type Evaluate, type Predicate } from '../query/filter.js';
import type { SortField } from '../query/sort.js';
import { after } from '../bson/key-encoding.js';
import type { Handle } from './handle.js';
import { recordsPerCollection } from './schema.js';

export interface Index {
  readonly id: number;
  readonly name: string;
  /** As `listIndexes` shows it. */
  readonly spec: Doc;
  readonly fields: readonly SortField[];
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partial: { readonly filter: Doc; readonly test: Predicate } | undefined;
  readonly expireAfterSeconds: number | undefined;
  /** Some document has, or had, an array in an indexed field. */
  readonly multikey: boolean;
}

export interface Collection {
  readonly id: number;
  readonly ns: string;
  readonly options: Doc;
  readonly uuid: Buffer;
  /** The index of `_id` comes first. */
  readonly indexes: readonly Index[];
}

/** Bytes every key of an index begins with. */
export function indexPrefix(id: number): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(id);
  return prefix;
}

function readIndex([id, name, body, multikey]: readonly unknown[], evaluate: Evaluate): Index {
  const spec = decode(body as Buffer);
  const filter = spec['partialFilterExpression'];
  return {
    id: id as number,
    name: name as string,
    spec,
    fields: Object.entries(spec['key'] as Doc).map(([path, direction]) => ({
      path,
      descending: isNumeric(direction) && toNumber(direction) < 0,
    })),
    unique: flag(spec['unique']) || name === '_id_',
    sparse: flag(spec['sparse']),
    partial: isDoc(filter) ? { filter, test: compileFilter(filter, evaluate) } : undefined,
    expireAfterSeconds: isNumeric(spec['expireAfterSeconds'])
      ? integerOption(spec['expireAfterSeconds'], 0)
      : undefined,
    multikey: multikey === 1,
  };
}

/** The collections and indexes one connection sees, read once and again after `forget`. */
export class Catalog {
  readonly #known = new Map<string, Collection | undefined>();

  constructor(
    private readonly handle: Handle,
    private readonly evaluate: Evaluate,
  ) {}

  find(ns: string): Collection | undefined {
    if (!this.#known.has(ns)) this.#known.set(ns, this.#read(ns));
    return this.#known.get(ns);
  }

  #read(ns: string): Collection | undefined {
    const row = this.handle.sql('select id, options, uuid from collections where ns = ?').get(ns);
    if (!row) return undefined;
    const [id, options, uuid] = row as [number, Buffer, Buffer];
    const indexes = this.handle
      .sql('select id, name, spec, multikey from indexes where collection = ? order by id')
      .all(id);
    return {
      id,
      ns,
      options: decode(options),
      uuid: Buffer.from(uuid),
      indexes: indexes.map((index) => readIndex(index, this.evaluate)),
    };
  }

  forget(): void {
    this.#known.clear();
  }

  /** Namespaces of one database, or of all of them, by name. */
  namespaces(database?: string): string[] {
    const all = this.handle
      .sql('select ns from collections order by ns')
      .all()
      .map((row) => row[0] as string);
    return database === undefined ? all : all.filter((ns) => ns.startsWith(`${database}.`));
  }

  create(ns: string, options: Doc): Collection {
    this.handle
      .sql('insert into collections (ns, options, uuid) values (?, ?, ?)')
      .run(ns, encode(options), randomBytes(16));
    this.forget();
    this.addIndex(this.find(ns) as Collection, { v: 2, key: { _id: 1 }, name: '_id_' });
    return this.find(ns) as Collection;
  }

  setOptions(collection: Collection, options: Doc): void {
    this.handle.sql('update collections set options = ? where id = ?').run(encode(options), collection.id);
    this.forget();
  }

  rename(collection: Collection, ns: string): void {
    this.handle.sql('update collections set ns = ? where id = ?').run(ns, collection.id);
    this.forget();
  }

  drop(collection: Collection): void {
    for (const index of collection.indexes) this.dropIndex(index);
    const first = collection.id * recordsPerCollection;
    this.handle.sql('delete from documents where rid >= ? and rid < ?').run(first, first + recordsPerCollection);
    this.handle.sql('delete from collections where id = ?').run(collection.id);
    this.forget();
  }

  addIndex(collection: Collection, spec: Doc): Index {
    this.handle
      .sql('insert into indexes (collection, name, spec) values (?, ?, ?)')
      .run(collection.id, spec['name'], encode(spec));
    this.forget();
    return this.find(collection.ns)?.indexes.at(-1) as Index;
  }

  dropIndex(index: Index): void {
    const prefix = indexPrefix(index.id);
    this.handle.sql('delete from entries where key >= ? and key < ?').run(prefix, after(prefix));
    this.handle.sql('delete from indexes where id = ?').run(index.id);
    this.forget();
  }

  setSpec(index: Index, spec: Doc): void {
    this.handle.sql('update indexes set spec = ? where id = ?').run(encode(spec), index.id);
    this.forget();
  }

  markMultikey(index: Index): void {
    this.handle.sql('update indexes set multikey = 1 where id = ?').run(index.id);
    this.forget();
  }
}
