import { type Doc, isDoc } from '../bson/document.js';
import { makeEvaluate } from '../aggregate/evaluate.js';
import { type PipelineNeeds, runPipeline, stageOf } from '../aggregate/pipeline.js';
import { integerOption } from '../bson/numbers.js';
import { MongoFailure } from '../failure.js';
import { parseSort } from '../query/sort.js';
import type { Evaluate } from '../query/filter.js';
import { type Query, select, type Side } from '../storage/select.js';
import { checkNamespace } from './context.js';

export interface Leading {
  readonly query: Query;
  readonly sort: unknown;
  /** The stages left to do. */
  readonly rest: readonly unknown[];
}

/** The stages at the head of a pipeline that are a query: `$match`, `$sort`, `$skip`, `$limit`, in that order. */
export function leadingQuery(
  pipeline: readonly unknown[],
  { evaluate, tick }: { evaluate: Evaluate; tick: () => void },
): Leading {
  for (const stage of pipeline) stageOf(stage);
  const stages = [...pipeline] as Doc[];
  const take = (name: string): unknown => (stages[0] && name in stages[0] ? stages.shift()?.[name] : undefined);
  const clauses: Doc[] = [];
  for (let match = take('$match'); match !== undefined; match = take('$match')) {
    if (!isDoc(match)) throw new MongoFailure(15959, 'the match filter must be an expression in an object');
    clauses.push(match);
  }
  const sort = take('$sort');
  const limited = stages[0] !== undefined && '$limit' in stages[0] && integerOption(stages[0]['$limit'], 0) > 0;
  const limit = limited ? integerOption(take('$limit'), 0) : 0;
  const filter = clauses.length === 1 ? (clauses[0] as Doc) : clauses.length === 0 ? {} : { $and: clauses };
  return { query: { filter, sort: parseSort(sort), limit, evaluate, tick }, sort, rest: stages };
}

export interface SourceNeeds {
  readonly side: Side;
  readonly database: string;
  readonly evaluate: Evaluate;
  readonly variables: Doc;
  readonly tick: () => void;
}

/** What the stages of a pipeline need of the database around them. */
export function pipelineNeeds(source: SourceNeeds): PipelineNeeds {
  const { evaluate, variables, tick } = source;
  return {
    evaluate,
    variables,
    tick,
    from: (collection, pipeline, inner) =>
      aggregated(
        { ...source, variables: inner, evaluate: makeEvaluate(inner, tick) },
        checkNamespace(source.database, collection),
        pipeline,
      ),
  };
}

/** Runs a pipeline on a collection, its beginning by an index where there is one. */
export function aggregated(
  source: SourceNeeds,
  ns: string,
  pipeline: readonly unknown[],
  hint?: Query['hint'],
): Iterable<Doc> {
  const { query, rest } = leadingQuery(pipeline, source);
  const found = select(source.side, source.side.catalog.find(ns), { ...query, hint });
  return runPipeline(docsOf(found), rest, pipelineNeeds(source));
}

function* docsOf(found: Iterable<{ doc: Doc }>): Generator<Doc> {
  for (const { doc } of found) yield doc;
}
