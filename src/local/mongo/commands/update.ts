import { runPipeline, stageOf } from '../aggregate/pipeline.js';
import { copy, type Doc, isDoc } from '../bson/document.js';
import { flag } from '../bson/numbers.js';
import { MongoFailure } from '../failure.js';
import { makeEvaluate } from '../aggregate/evaluate.js';
import { compileUpdate, type Update } from '../update/update.js';
import type { Collection } from '../storage/catalog.js';
import { type Found, select } from '../storage/select.js';
import { pipelineNeeds } from './aggregate-source.js';
import { collectionToWrite, type CommandContext, namespaceOf, refuseCollation } from './context.js';
import { filterOf, hintOf } from './find.js';
import { checkDocument } from './validation.js';
import { sequenceOf } from './sequence.js';
import { applyEach, withErrors } from './write-errors.js';

const updateStages = new Set(['$addFields', '$set', '$project', '$unset', '$replaceRoot', '$replaceWith']);

/** An update of a command, ready for documents. */
export function updateOf(context: CommandContext, filter: Doc, changes: unknown, options: Doc): Update {
  const variables = { ...letOf(context), ...(isDoc(options['c']) && options['c']) };
  const evaluate = Object.keys(variables).length > 0 ? makeEvaluate(variables, context.tick) : context.evaluate;
  if (Array.isArray(changes)) {
    for (const stage of changes) {
      const { name } = stageOf(stage);
      if (!updateStages.has(name)) throw new MongoFailure(72, `${name} is not allowed to be used within an update`);
    }
  }
  const { database, tick, engine } = context;
  const needs = pipelineNeeds({ side: engine.writer, database, evaluate, variables, tick });
  return compileUpdate({
    filter,
    update: changes,
    arrayFilters: options['arrayFilters'],
    evaluate,
    pipeline: (stages, doc) => {
      const [result] = runPipeline([copy(doc)], stages, needs);
      const { _id = doc['_id'], ...rest } = result ?? {};
      return _id === undefined ? rest : { _id, ...rest };
    },
  });
}

function letOf({ command, evaluate }: CommandContext): Doc {
  const variables = command['let'];
  if (!isDoc(variables)) return {};
  return Object.fromEntries(Object.entries(variables).map(([name, expression]) => [name, evaluate(expression, {})]));
}

/** @returns the document after the update and whether it differs. */
export function updateFound(
  context: CommandContext,
  ns: string,
  found: Found,
  change: Update,
): { readonly after: Doc; readonly modified: boolean } {
  const { engine, command } = context;
  const collection = engine.writer.catalog.find(ns) as Collection;
  const after = change.apply(found.doc);
  checkDocument(collection, after, found.doc, command['bypassDocumentValidation']);
  const kind = change.kind === 'replacement' ? 'replace' : 'update';
  return { after, modified: engine.records.update(collection, found.rid, found.body, found.doc, after, kind) };
}

export function upsert(context: CommandContext, ns: string, change: Update): Doc {
  const { engine, command } = context;
  const doc = change.upsert();
  const collection = collectionToWrite(context, ns);
  checkDocument(collection, doc, undefined, command['bypassDocumentValidation']);
  engine.records.insert(collection, doc);
  return doc;
}

/** `update`: each statement's documents are found first and changed then, so that none is met twice. */
export function update(context: CommandContext): Promise<Doc> {
  const { command, engine, inTransaction, evaluate, tick } = context;
  const ns = namespaceOf(context);
  const statements = sequenceOf(context, 'updates');
  return context.write(() => {
    let [n, nModified] = [0, 0];
    const upserted: Doc[] = [];
    const errors = applyEach(statements, command['ordered'], inTransaction, (statement, index) => {
      refuseCollation(statement);
      const filter = filterOf(statement['q']);
      const change = updateOf(context, filter, statement['u'], statement);
      const multi = flag(statement['multi']);
      if (multi && change.kind === 'replacement')
        throw new MongoFailure(9, 'multi update is not supported for replacement-style update');
      const collection = engine.writer.catalog.find(ns);
      const hint = hintOf(collection, statement['hint']);
      const found = [...select(engine.writer, collection, { filter, hint, limit: multi ? 0 : 1, evaluate, tick })];
      for (const item of found) {
        const { modified } = updateFound(context, ns, item, change);
        n++;
        if (modified) nModified++;
      }
      if (found.length === 0 && flag(statement['upsert'])) {
        upserted.push({ index, _id: upsert(context, ns, change)['_id'] });
        n++;
      }
    });
    return withErrors({ n, nModified, ...(upserted.length > 0 && { upserted }) }, errors);
  });
}
