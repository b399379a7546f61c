import { type Doc, isDoc } from '../bson/document.js';
import { flag } from '../bson/numbers.js';
import { MongoFailure } from '../failure.js';
import { compileProjection } from '../query/projection.js';
import { parseSort } from '../query/sort.js';
import type { Collection } from '../storage/catalog.js';
import { select } from '../storage/select.js';
import { type CommandContext, namespaceOf, refuseCollation } from './context.js';
import { filterOf, hintOf } from './find.js';
import { updateFound, updateOf, upsert } from './update.js';

/** `findAndModify`: one document, found by the order of `sort`, changed or removed, and handed out. */
export function findAndModify(context: CommandContext): Promise<Doc> {
  const { command, engine, evaluate, tick } = context;
  refuseCollation(command);
  const ns = namespaceOf(context);
  const filter = filterOf(command['query']);
  const remove = flag(command['remove']);
  const after = flag(command['new']);
  if (remove && ('update' in command || after))
    throw new MongoFailure(9, `Cannot specify both an 'update' and 'remove'=true, nor 'new' with 'remove'`);
  if (!remove && !('update' in command)) throw new MongoFailure(9, `Either an update or remove=true must be specified`);
  const fields = command['fields'];
  const project =
    isDoc(fields) && Object.keys(fields).length > 0 ? compileProjection(fields, evaluate) : (doc: Doc) => doc;
  const change = remove ? undefined : updateOf(context, filter, command['update'], command);
  return context.write(() => {
    const collection = engine.writer.catalog.find(ns);
    const query = {
      filter,
      sort: parseSort(command['sort']),
      limit: 1,
      hint: hintOf(collection, command['hint']),
      evaluate,
      tick,
    };
    const [found] = select(engine.writer, collection, query);
    if (!found) {
      if (!change || !flag(command['upsert']))
        return { lastErrorObject: remove ? { n: 0 } : { n: 0, updatedExisting: false }, value: null };
      const doc = upsert(context, ns, change);
      return {
        lastErrorObject: { n: 1, updatedExisting: false, upserted: doc['_id'] },
        value: after ? project(doc) : null,
      };
    }
    if (!change) {
      engine.records.delete(collection as Collection, found.rid, found.body);
      return { lastErrorObject: { n: 1 }, value: project(found.doc) };
    }
    const result = updateFound(context, ns, found, change);
    return { lastErrorObject: { n: 1, updatedExisting: true }, value: project(after ? result.after : found.doc) };
  });
}
