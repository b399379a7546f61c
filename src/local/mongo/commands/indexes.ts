import { Int32 } from 'mongodb';
import { type Doc, encode, isDoc } from '../bson/document.js';
import { flag, isNumeric, toNumber } from '../bson/numbers.js';
import { toShell } from '../bson/shell.js';
import { MongoFailure, notImplemented } from '../failure.js';
import { compileFilter, type Evaluate } from '../query/filter.js';
import type { Collection, Index } from '../storage/catalog.js';
import { collectionToWrite, type CommandContext, namespaceOf } from './context.js';
import { cursorOver } from './cursors.js';
import { firstBatchSize } from './find.js';

const known = new Set([
  'v',
  'key',
  'name',
  'unique',
  'sparse',
  'partialFilterExpression',
  'expireAfterSeconds',
  'background',
  'hidden',
  'ns',
  'collation',
]);

function checkKey(key: unknown): Doc {
  if (!isDoc(key) || Object.keys(key).length === 0) throw new MongoFailure(67, 'Index keys cannot be an empty object.');
  for (const [path, direction] of Object.entries(key)) {
    if (typeof direction === 'string') throw notImplemented(`An index of type '${direction}'`);
    if (!isNumeric(direction) || toNumber(direction) === 0)
      throw new MongoFailure(67, `Values in v:2 index key pattern cannot be of type other than a non-zero number`);
    if (path === '' || path.split('.').some((segment) => segment === '' || segment.startsWith('$'))) {
      throw path.includes('$**')
        ? notImplemented('A wildcard index')
        : new MongoFailure(67, 'Index key contains an illegal field name');
    }
  }
  return key;
}

/** An index as it will be listed: only options that are on. */
function specOf(given: unknown, evaluate: Evaluate): Doc {
  if (!isDoc(given)) throw new MongoFailure(14, 'The elements of the indexes array must be objects');
  const key = checkKey(given['key']);
  const foreign = Object.keys(given).find((name) => !known.has(name));
  if (foreign !== undefined)
    throw new MongoFailure(197, `The field '${foreign}' is not valid for an index specification`);
  if (isDoc(given['collation']) && given['collation']['locale'] !== 'simple') throw notImplemented('Collation');
  if (flag(given['hidden'])) throw notImplemented('A hidden index');
  if (typeof given['name'] !== 'string')
    throw new MongoFailure(9, `The 'name' field is a required property of an index specification`);
  const partial = given['partialFilterExpression'];
  if (isDoc(partial)) compileFilter(partial, evaluate);
  if (partial !== undefined && flag(given['sparse']))
    throw new MongoFailure(67, `cannot mix "partialFilterExpression" and "sparse" options`);
  const expiry = given['expireAfterSeconds'];
  if (expiry !== undefined && (!isNumeric(expiry) || toNumber(expiry) < 0))
    throw new MongoFailure(67, 'TTL index expireAfterSeconds option must be within an acceptable range');
  if (expiry !== undefined && Object.keys(key).length > 1)
    throw new MongoFailure(67, 'TTL indexes are single-field indexes, compound indexes do not support TTL.');
  return {
    v: new Int32(2),
    key,
    name: given['name'],
    ...(flag(given['unique']) && given['name'] !== '_id_' && { unique: true }),
    ...(flag(given['sparse']) && { sparse: true }),
    ...(partial !== undefined && { partialFilterExpression: partial }),
    ...(expiry !== undefined && { expireAfterSeconds: expiry }),
  };
}

function comparable(spec: Doc): string {
  const { v: _v, name: _name, key: _key, background: _background, ...options } = spec;
  return toShell(Object.fromEntries(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** @returns whether the very same index is there already. @throws MongoFailure 85, 86 when another one is in its place. */
function present(collection: Collection, spec: Doc): boolean {
  for (const { name, spec: other } of collection.indexes) {
    const sameKey = toShell(normalized(other['key'])) === toShell(normalized(spec['key']));
    if (name === '_id_' && sameKey) return true;
    if (sameKey && comparable(other) === comparable(spec)) {
      if (name === spec['name']) return true;
      throw new MongoFailure(85, `Index already exists with a different name: ${name}`);
    }
    if (name === spec['name']) {
      throw new MongoFailure(
        86,
        `An existing index has the same name as the requested index. Requested index: ${toShell(spec)}, existing index: ${toShell(other)}`,
      );
    }
  }
  return false;
}

function normalized(key: unknown): Doc {
  return Object.fromEntries(
    Object.entries(key as Doc).map(([path, direction]) => [
      path,
      isNumeric(direction) ? new Int32(toNumber(direction)) : direction,
    ]),
  );
}

/** `createIndexes`: all or, when a document stands in the way, none. */
export function createIndexes(context: CommandContext): Promise<Doc> {
  const { command, engine, evaluate } = context;
  const ns = namespaceOf(context);
  const list = command['indexes'];
  if (!Array.isArray(list) || list.length === 0) throw new MongoFailure(2, 'Must specify at least one index to create');
  const specs = list.map((given: unknown) => specOf(given, evaluate));
  return context.write(() => {
    const { catalog } = engine.writer;
    const createdCollectionAutomatically = catalog.find(ns) === undefined;
    const numIndexesBefore = collectionToWrite(context, ns).indexes.length;
    for (const spec of specs) {
      const collection = catalog.find(ns) as Collection;
      if (present(collection, spec)) continue;
      engine.records.build(collection, catalog.addIndex(collection, spec));
    }
    const numIndexesAfter = catalog.find(ns)?.indexes.length ?? 0;
    return {
      numIndexesBefore,
      numIndexesAfter,
      createdCollectionAutomatically,
      ...(numIndexesAfter === numIndexesBefore && { note: 'all indexes already exist' }),
    };
  });
}

function toDrop(collection: Collection, which: unknown): readonly Index[] {
  if (which === '*') return collection.indexes.filter(({ name }) => name !== '_id_');
  if (Array.isArray(which)) return which.flatMap((one: unknown) => toDrop(collection, one));
  const index = collection.indexes.find(({ name, spec }) =>
    isDoc(which) ? encode(normalized(which)).equals(encode(normalized(spec['key']))) : name === which,
  );
  if (!index)
    throw new MongoFailure(
      27,
      isDoc(which) ? `can't find index with key: ${toShell(which)}` : `index not found with name [${String(which)}]`,
    );
  if (index.name === '_id_') throw new MongoFailure(72, 'cannot drop _id index');
  return [index];
}

export function dropIndexes(context: CommandContext): Promise<Doc> {
  const ns = namespaceOf(context);
  return context.write(() => {
    const { catalog } = context.engine.writer;
    const collection = catalog.find(ns);
    if (!collection) throw new MongoFailure(26, `ns not found ${ns}`);
    for (const index of toDrop(collection, context.command['index'])) catalog.dropIndex(index);
    return { nIndexesWas: collection.indexes.length };
  });
}

export function listIndexes(context: CommandContext): Promise<Doc> {
  const { side, session, inTransaction, cursors, signal } = context;
  const ns = namespaceOf(context);
  const collection = side.catalog.find(ns);
  if (!collection) throw new MongoFailure(26, `ns does not exist: ${ns}`);
  const docs = collection.indexes.map(({ spec }) => encode(spec));
  return cursors.first(cursorOver(ns, docs, { session, inTransaction }), firstBatchSize, false, signal);
}
