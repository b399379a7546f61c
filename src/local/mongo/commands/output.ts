import { ObjectId } from 'mongodb';
import { type Doc, isDoc } from '../bson/document.js';
import { valueAt } from '../bson/paths.js';
import { MongoFailure, notImplemented } from '../failure.js';
import type { Collection } from '../storage/catalog.js';
import { type Found, select } from '../storage/select.js';
import { type CommandContext, checkNamespace, collectionToWrite } from './context.js';
import { checkDocument } from './validation.js';

export function isOutput(stage: Doc): boolean {
  return '$merge' in stage || '$out' in stage;
}

function targetOf(database: string, into: unknown): string {
  if (typeof into === 'string') return checkNamespace(database, into);
  if (isDoc(into) && typeof into['coll'] === 'string')
    return checkNamespace(String(into['db'] ?? database), into['coll']);
  throw new MongoFailure(51178, 'a target collection must be a string or { db, coll }');
}

/** Writes the results of a pipeline as its last stage says. */
export function output(context: CommandContext, stage: Doc, docs: readonly Doc[]): void {
  if ('$out' in stage) replaceAll(context, targetOf(context.database, stage['$out']), docs);
  else merge(context, stage['$merge'], docs);
}

function insert({ engine }: CommandContext, collection: Collection, doc: Doc): void {
  const whole = '_id' in doc ? doc : { _id: new ObjectId(), ...doc };
  checkDocument(collection, whole);
  engine.records.insert(engine.writer.catalog.find(collection.ns) as Collection, whole);
}

function replaceAll(context: CommandContext, ns: string, docs: readonly Doc[]): void {
  const { engine } = context;
  const collection = collectionToWrite(context, ns);
  const all = [...select(engine.writer, collection, { filter: {}, evaluate: context.evaluate, tick: context.tick })];
  for (const { rid, body } of all) engine.records.delete(collection, rid, body);
  for (const doc of docs) insert(context, collection, doc);
}

function merge(context: CommandContext, spec: unknown, docs: readonly Doc[]): void {
  const options: Doc = isDoc(spec) && 'into' in spec ? spec : { into: spec };
  const collection = collectionToWrite(context, targetOf(context.database, options['into']));
  const on = (Array.isArray(options['on']) ? options['on'] : [options['on'] ?? '_id']).map(String);
  const matched = options['whenMatched'] ?? 'merge';
  const unmatched = options['whenNotMatched'] ?? 'insert';
  if (typeof matched !== 'string') throw notImplemented('$merge with a pipeline');
  for (const doc of docs) {
    context.tick();
    const whole: Doc = '_id' in doc ? doc : { _id: new ObjectId(), ...doc };
    const filter = Object.fromEntries(on.map((path) => [path, { $eq: valueAt(whole, path) }]));
    const [found] = select(context.engine.writer, collection, {
      filter,
      limit: 1,
      evaluate: context.evaluate,
      tick: context.tick,
    });
    if (found) mergeInto(context, collection, found, whole, matched);
    else if (unmatched === 'insert') insert(context, collection, whole);
    else if (unmatched === 'fail')
      throw new MongoFailure(
        13113,
        '$merge could not find a matching document in the target collection for at least one document in the source collection',
      );
  }
}

function mergeInto({ engine }: CommandContext, collection: Collection, found: Found, doc: Doc, matched: string): void {
  if (matched === 'keepExisting') return;
  if (matched === 'fail')
    throw new MongoFailure(11000, `E11000 duplicate key error collection: ${collection.ns} index: _id_`, {
      keyPattern: { _id: 1 },
      keyValue: { _id: doc['_id'] },
    });
  if (matched !== 'merge' && matched !== 'replace')
    throw new MongoFailure(2, `Enumeration value '${matched}' for field 'whenMatched' is not a valid value.`);
  const next: Doc = matched === 'merge' ? { ...found.doc, ...doc } : doc;
  checkDocument(collection, next);
  engine.records.update(collection, found.rid, found.body, found.doc, next, matched === 'merge' ? 'update' : 'replace');
}
