import { UUID } from 'mongodb';
import { type Doc, encode, isDoc } from '../bson/document.js';
import { flag } from '../bson/numbers.js';
import { MongoFailure, notImplemented } from '../failure.js';
import { compileFilter } from '../query/filter.js';
import { splitNamespace } from './change-event.js';
import { type CommandContext, checkNamespace, namespaceOf } from './context.js';
import { cursorOver } from './cursors.js';
import { batchSizeOf, filterOf, firstBatchSize } from './find.js';

const storedOptions = new Set([
  'capped',
  'size',
  'max',
  'validator',
  'validationLevel',
  'validationAction',
  'changeStreamPreAndPostImages',
]);
const ignoredOptions = new Set([
  'create',
  'writeConcern',
  'comment',
  'lsid',
  'txnNumber',
  'autocommit',
  'startTransaction',
  'maxTimeMS',
  'storageEngine',
  'indexOptionDefaults',
  'idIndex',
  'flags',
  'autoIndexId',
]);

function optionsOf(context: CommandContext): Doc {
  const { command, evaluate } = context;
  const options: Doc = {};
  for (const [name, value] of Object.entries(command)) {
    if (storedOptions.has(name)) options[name] = value;
    else if (!ignoredOptions.has(name) && !name.startsWith('$')) throw notImplemented(`The option '${name}' of create`);
  }
  if (isDoc(options['validator'])) compileFilter(options['validator'], evaluate);
  if (flag(options['capped']) && options['size'] === undefined)
    throw new MongoFailure(72, `the 'size' field is required when 'capped' is true`);
  return options;
}

export function create(context: CommandContext): Promise<Doc> {
  const ns = namespaceOf(context);
  const options = optionsOf(context);
  return context.write(() => {
    const { catalog } = context.engine.writer;
    const present = catalog.find(ns);
    if (present) throw new MongoFailure(48, `Collection ${ns} already exists.`);
    catalog.create(ns, options);
    return {};
  });
}

export function drop(context: CommandContext): Promise<Doc> {
  const ns = namespaceOf(context);
  return context.write(() => {
    const { writer, oplog } = context.engine;
    const collection = writer.catalog.find(ns);
    if (!collection) throw new MongoFailure(26, 'ns not found');
    writer.catalog.drop(collection);
    oplog.append({ op: 'drop', ns });
    return { nIndexesWas: collection.indexes.length, ns };
  });
}

export function dropDatabase(context: CommandContext): Promise<Doc> {
  const { database } = context;
  return context.write(() => {
    const { writer, oplog } = context.engine;
    const namespaces = writer.catalog.namespaces(database);
    for (const ns of namespaces) {
      const collection = writer.catalog.find(ns);
      if (collection) writer.catalog.drop(collection);
      oplog.append({ op: 'drop', ns });
    }
    if (namespaces.length > 0) oplog.append({ op: 'dropDatabase', ns: `${database}.` });
    return { dropped: database };
  });
}

export function renameCollection(context: CommandContext): Promise<Doc> {
  const { command } = context;
  const [from, to] = [command['renameCollection'], command['to']];
  if (typeof from !== 'string' || typeof to !== 'string')
    throw new MongoFailure(14, 'renameCollection needs two namespaces');
  const target = splitNamespace(to);
  checkNamespace(target.db, target.coll);
  return context.write(() => {
    const { writer, oplog } = context.engine;
    const collection = writer.catalog.find(from);
    if (!collection) throw new MongoFailure(26, `Source collection ${from} does not exist`);
    const present = writer.catalog.find(to);
    if (present && !flag(command['dropTarget'])) throw new MongoFailure(48, 'target namespace exists');
    if (present) writer.catalog.drop(present);
    writer.catalog.rename(collection, to);
    oplog.append({ op: 'rename', ns: from, extra: encode({ to: target }) });
    return {};
  });
}

/** `collMod`: the validator and its strictness, pre-images, and when a TTL index deletes. */
export function collMod(context: CommandContext): Promise<Doc> {
  const { command, evaluate } = context;
  const ns = namespaceOf(context);
  return context.write(() => {
    const { catalog } = context.engine.writer;
    const collection = catalog.find(ns);
    if (!collection) throw new MongoFailure(26, `ns does not exist: ${ns}`);
    const options: Doc = { ...collection.options };
    let reply: Doc = {};
    for (const [name, value] of Object.entries(command)) {
      if (['validator', 'validationLevel', 'validationAction', 'changeStreamPreAndPostImages'].includes(name))
        options[name] = value;
      else if (name === 'index') reply = changeExpiry(context, ns, value);
      else if (name !== 'collMod' && !ignoredOptions.has(name) && !name.startsWith('$'))
        throw notImplemented(`The option '${name}' of collMod`);
    }
    if (isDoc(options['validator'])) compileFilter(options['validator'], evaluate);
    catalog.setOptions(collection, options);
    return reply;
  });
}

function changeExpiry({ engine }: CommandContext, ns: string, change: unknown): Doc {
  if (!isDoc(change) || change['expireAfterSeconds'] === undefined) throw notImplemented('This change of an index');
  const indexes = engine.writer.catalog.find(ns)?.indexes ?? [];
  const pattern = isDoc(change['keyPattern']) ? encode(change['keyPattern']) : undefined;
  const index = indexes.find(
    ({ name, spec }) => name === change['name'] || pattern?.equals(encode(spec['key'] as Doc)),
  );
  if (!index) throw new MongoFailure(27, 'cannot find index for collMod');
  engine.writer.catalog.setSpec(index, { ...index.spec, expireAfterSeconds: change['expireAfterSeconds'] });
  return {
    expireAfterSeconds_old: index.spec['expireAfterSeconds'],
    expireAfterSeconds_new: change['expireAfterSeconds'],
  };
}

export function listCollections(context: CommandContext): Promise<Doc> {
  const { command, database, side, session, inTransaction, evaluate, cursors, signal } = context;
  const test = compileFilter(filterOf(command['filter']), evaluate);
  const nameOnly = flag(command['nameOnly']);
  const docs = side.catalog.namespaces(database).flatMap((ns): Doc[] => {
    const collection = side.catalog.find(ns);
    if (!collection) return [];
    const name = splitNamespace(ns).coll;
    const doc: Doc = {
      name,
      type: 'collection',
      options: collection.options,
      info: { readOnly: false, uuid: new UUID(collection.uuid) },
      idIndex: { v: 2, key: { _id: 1 }, name: '_id_' },
    };
    return test(doc) ? [nameOnly ? { name, type: 'collection' } : doc] : [];
  });
  const cursor = cursorOver(
    `${database}.$cmd.listCollections`,
    docs.map((doc) => encode(doc)),
    { session, inTransaction },
  );
  const size = isDoc(command['cursor']) ? batchSizeOf(command['cursor']['batchSize'], firstBatchSize) : firstBatchSize;
  return cursors.first(cursor, size, false, signal);
}

export function listDatabases({ command, side, evaluate }: CommandContext): Doc {
  const test = compileFilter(filterOf(command['filter']), evaluate);
  const names = [...new Set(side.catalog.namespaces().map((ns) => splitNamespace(ns).db))];
  const databases = names.map((name): Doc => ({ name, sizeOnDisk: 0, empty: false })).filter((doc) => test(doc));
  return flag(command['nameOnly'])
    ? { databases: databases.map(({ name }) => ({ name })) }
    : { databases, totalSize: 0 };
}
