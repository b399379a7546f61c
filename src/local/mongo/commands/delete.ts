import type { Doc } from '../bson/document.js';
import { integerOption } from '../bson/numbers.js';
import { MongoFailure } from '../failure.js';
import type { Collection } from '../storage/catalog.js';
import { select } from '../storage/select.js';
import { type CommandContext, namespaceOf, refuseCollation } from './context.js';
import { filterOf, hintOf } from './find.js';
import { sequenceOf } from './sequence.js';
import { applyEach, withErrors } from './write-errors.js';

/** `delete`, of one document (`limit: 1`) or of all that match (`limit: 0`). */
export function deleteCommand(context: CommandContext): Promise<Doc> {
  const { command, engine, inTransaction, evaluate, tick } = context;
  const ns = namespaceOf(context);
  const statements = sequenceOf(context, 'deletes');
  return context.write(() => {
    let n = 0;
    const errors = applyEach(statements, command['ordered'], inTransaction, (statement) => {
      refuseCollation(statement);
      const limit = integerOption(statement['limit'], -1);
      if (limit !== 0 && limit !== 1)
        throw new MongoFailure(9, `The limit field in delete objects must be 0 or 1. Got ${limit}`);
      const collection = engine.writer.catalog.find(ns);
      const filter = filterOf(statement['q']);
      const hint = hintOf(collection, statement['hint']);
      const found = [...select(engine.writer, collection, { filter, hint, limit, evaluate, tick })];
      for (const { rid, body } of found) {
        engine.records.delete(collection as Collection, rid, body);
        n++;
      }
    });
    return withErrors({ n }, errors);
  });
}
