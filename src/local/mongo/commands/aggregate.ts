import { Int32 } from 'mongodb';
import { type Doc, encode, isDoc } from '../bson/document.js';
import { runPipeline } from '../aggregate/pipeline.js';
import { MongoFailure, notImplemented } from '../failure.js';
import { count, select } from '../storage/select.js';
import { aggregated, leadingQuery, pipelineNeeds, type SourceNeeds } from './aggregate-source.js';
import { openChangeStream } from './change-stream.js';
import { type CommandContext, checkNamespace, refuseCollation } from './context.js';
import { type Cursor, cursorOver } from './cursors.js';
import { batchSizeOf, firstBatchSize, hintOf } from './find.js';
import { isOutput, output } from './output.js';

function stagesOf(command: Doc): Doc[] {
  const pipeline = command['pipeline'];
  if (!Array.isArray(pipeline)) throw new MongoFailure(14, `'pipeline' option must be specified as an array`);
  return pipeline.map((stage: unknown) => {
    if (!isDoc(stage)) throw new MongoFailure(14, 'Each element of the pipeline array must be an object');
    return stage;
  });
}

function* encoded(docs: Iterable<Doc>): Generator<Buffer> {
  for (const doc of docs) yield encode(doc);
}

/** `countDocuments` sends `$match` and a `$group` that counts: the index alone may know. */
function countOnly(context: CommandContext, ns: string, stages: readonly Doc[]): Doc[] | undefined {
  const { query, rest } = leadingQuery(stages, context);
  const group: unknown = rest.length === 1 && (rest[0] as Doc)['$group'];
  if (
    !isDoc(group) ||
    Object.keys(group).length !== 2 ||
    isDoc(group['_id']) ||
    typeof group['_id'] === 'string' ||
    query.limit
  )
    return undefined;
  const field = Object.keys(group).find((name) => name !== '_id') as string;
  const sum = group[field];
  if (!isDoc(sum) || Object.keys(sum).length !== 1 || !(sum['$sum'] instanceof Int32) || sum['$sum'].value !== 1)
    return undefined;
  const n = count(context.side, context.side.catalog.find(ns), query);
  return n === 0 ? [] : [{ _id: group['_id'], [field]: new Int32(n) }];
}

function results(
  context: CommandContext,
  source: SourceNeeds,
  ns: string | undefined,
  stages: readonly Doc[],
): Iterable<Buffer> {
  if (ns === undefined) throw notImplemented('An aggregation without a collection');
  const quick = countOnly(context, ns, stages);
  if (quick) return encoded(quick);
  const hint = hintOf(context.side.catalog.find(ns), context.command['hint']);
  const { query, rest } = leadingQuery(stages, context);
  const found = select(context.side, context.side.catalog.find(ns), { ...query, hint });
  if (rest.length === 0) return bodies(found);
  return encoded(runPipeline(decoded(found), rest, pipelineNeeds(source)));
}

function* bodies(found: Iterable<{ body: Buffer }>): Generator<Buffer> {
  for (const { body } of found) yield body;
}

function* decoded(found: Iterable<{ doc: Doc }>): Generator<Doc> {
  for (const { doc } of found) yield doc;
}

export async function aggregate(context: CommandContext): Promise<Doc> {
  const { command, database, side, session, inTransaction, evaluate, tick, cursors, signal } = context;
  refuseCollation(command);
  const stages = stagesOf(command);
  if (!isDoc(command['cursor']))
    throw new MongoFailure(9, `The 'cursor' option is required, except for aggregate with the explain argument`);
  const target = command['aggregate'];
  const ns = typeof target === 'string' ? checkNamespace(database, target) : undefined;
  const batchSize = batchSizeOf(isDoc(command['cursor']) ? command['cursor']['batchSize'] : undefined, firstBatchSize);
  const owner = { session, inTransaction };
  const [first, ...others] = stages;
  if (stages.slice(1).some((stage) => '$changeStream' in stage))
    throw new MongoFailure(40602, '$changeStream is only valid as the first stage in a pipeline');
  if (first && '$changeStream' in first) {
    if (inTransaction)
      throw new MongoFailure(
        263,
        'Operation not permitted in transaction :: caused by :: Aggregation stage $changeStream cannot run within a multi-document transaction',
      );
    const stream: Cursor = openChangeStream(context, ns, first['$changeStream'], others);
    return cursors.first(stream, batchSize, false, signal);
  }
  const source: SourceNeeds = { side, database, evaluate, variables: letOf(context), tick };
  const last = stages.at(-1);
  if (stages.slice(0, -1).some(isOutput))
    throw new MongoFailure(40601, '$merge and $out can only be the final stage in the pipeline');
  if (last && isOutput(last)) {
    if (ns === undefined) throw notImplemented('An aggregation without a collection');
    await context.write(() => {
      const writing = { ...source, side: context.engine.writer };
      output(context, last, [...aggregated(writing, ns, stages.slice(0, -1))]);
      return {};
    });
    return cursors.first(cursorOver(ns, [], owner), batchSize, false, signal);
  }
  return cursors.first(
    cursorOver(ns ?? `${database}.$cmd.aggregate`, results(context, source, ns, stages), owner),
    batchSize,
    false,
    signal,
  );
}

function letOf({ command, evaluate }: CommandContext): Doc {
  const variables = command['let'];
  if (!isDoc(variables)) return {};
  return Object.fromEntries(Object.entries(variables).map(([name, expression]) => [name, evaluate(expression, {})]));
}
