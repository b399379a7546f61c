import { Int32 } from 'mongodb';
import { type Doc, define, isDoc } from '../bson/document.js';
import { isNumeric, toNumber } from '../bson/numbers.js';
import { reach } from '../bson/paths.js';
import { MongoFailure, notImplemented } from '../failure.js';
import { compileFilter, type Evaluate } from '../query/filter.js';
import { compileProjection } from '../query/projection.js';
import { parseSort, sortDocs } from '../query/sort.js';
import { adapt, restore } from './adapt.js';
import { checkExpression, isKnown, runStages } from './engine.js';
import { addFields, replaceRoot, sample, unwind } from './shaping.js';
import { bucket } from './bucket.js';
import { group } from './group.js';

/** Where a pipeline stands. */
export interface PipelineNeeds {
  readonly evaluate: Evaluate;
  readonly variables: Doc;
  /** The documents another collection of this database has after a pipeline. */
  readonly from: (collection: string, pipeline: readonly unknown[], variables: Doc) => Iterable<Doc>;
  /** May throw to end a long run. */
  readonly tick: () => void;
}

/** Stages whose results the engine calculates as they are. */
const borrowed = new Set([
  '$bucket',
  '$bucketAuto',
  '$setWindowFields',
  '$densify',
  '$fill',
  '$redact',
  '$graphLookup',
]);

/** Stages of MongoDB that this database lacks. */
const lacking = new Set([
  '$collStats',
  '$indexStats',
  '$geoNear',
  '$currentOp',
  '$listSessions',
  '$listLocalSessions',
  '$planCacheStats',
  '$search',
  '$documents',
]);

/** @throws MongoFailure 40323, 40324, 238 for a stage that is malformed, unknown or missing here. */
export function stageOf(stage: unknown): { readonly name: string; readonly spec: unknown } {
  const [name, ...more] = isDoc(stage) ? Object.keys(stage) : [];
  if (name === undefined || more.length > 0)
    throw new MongoFailure(40323, 'A pipeline stage specification object must contain exactly one field.');
  if (lacking.has(name)) throw notImplemented(`The stage ${name}`);
  if (!isKnown('pipeline', name) && name !== '$changeStream')
    throw new MongoFailure(40324, `Unrecognized pipeline stage name: '${name}'`);
  return { name, spec: (stage as Doc)[name] };
}

function* filtered(docs: Iterable<Doc>, test: (doc: Doc) => boolean): Generator<Doc> {
  for (const doc of docs) if (test(doc)) yield doc;
}

function* mapped(docs: Iterable<Doc>, change: (doc: Doc) => Doc): Generator<Doc> {
  for (const doc of docs) yield change(doc);
}

function* window(docs: Iterable<Doc>, skip: number, limit: number): Generator<Doc> {
  let at = 0;
  if (limit <= 0) return;
  for (const doc of docs) {
    if (at++ < skip) continue;
    yield doc;
    if (at >= skip + limit) return;
  }
}

function wholeNumber(name: string, spec: unknown, least: number): number {
  const number = isNumeric(spec) ? toNumber(spec) : Number.NaN;
  if (!Number.isInteger(number) || number < least)
    throw new MongoFailure(
      15958,
      `invalid argument to ${name} stage: must be a ${least > 0 ? 'positive' : 'non-negative'} number`,
    );
  return number;
}

function* counted(docs: Iterable<Doc>, field: unknown): Generator<Doc> {
  if (typeof field !== 'string' || field === '' || field.startsWith('$') || field.includes('.')) {
    throw new MongoFailure(40156, 'the count field must be a non-empty string without $ and .');
  }
  let count = 0;
  for (const _doc of docs) count++;
  if (count > 0) yield { [field]: new Int32(count) };
}

function* lookup(docs: Iterable<Doc>, spec: unknown, needs: PipelineNeeds): Generator<Doc> {
  if (!isDoc(spec)) throw new MongoFailure(9, 'the $lookup specification must be an Object');
  const { from, as, localField, foreignField, let: bindings, pipeline } = spec;
  if (typeof as !== 'string' || typeof from !== 'string')
    throw new MongoFailure(9, `must specify 'from' and 'as' fields for a $lookup`);
  const joined = typeof localField === 'string' && typeof foreignField === 'string';
  if (!joined && !Array.isArray(pipeline))
    throw new MongoFailure(9, '$lookup requires either pipeline or both localField and foreignField to be specified');
  const stages: readonly unknown[] = Array.isArray(pipeline) ? pipeline : [];
  for (const doc of docs) {
    needs.tick();
    const variables = { ...needs.variables };
    for (const [name, expression] of Object.entries((bindings as Doc | undefined) ?? {}))
      define(variables, name, needs.evaluate(expression, doc) ?? null);
    const match = joined ? [{ $match: joinFilter(doc, localField, foreignField) }] : [];
    const found = [...needs.from(from, [...match, ...stages], variables)];
    yield addFields(doc, { [as]: { $literal: found } }, needs.evaluate);
  }
}

function joinFilter(doc: Doc, localField: string, foreignField: string): Doc {
  const values = reach(doc, localField.split('.')).flatMap((value) =>
    Array.isArray(value) ? (value as unknown[]) : [value ?? null],
  );
  return { [foreignField]: values.length > 1 ? { $in: values } : { $eq: values[0] ?? null } };
}

function* union(docs: Iterable<Doc>, spec: unknown, needs: PipelineNeeds): Generator<Doc> {
  yield* docs;
  const collection = isDoc(spec) ? spec['coll'] : spec;
  const pipeline = isDoc(spec) && Array.isArray(spec['pipeline']) ? spec['pipeline'] : [];
  if (typeof collection !== 'string') throw notImplemented('$unionWith without a collection');
  yield* needs.from(collection, pipeline, {});
}

function* facet(docs: Iterable<Doc>, spec: unknown, needs: PipelineNeeds): Generator<Doc> {
  if (!isDoc(spec)) throw new MongoFailure(40169, 'the $facet specification must be a non-empty object');
  const all = [...docs];
  yield Object.fromEntries(
    Object.entries(spec).map(([name, stages]) => [name, [...runPipeline(all, stages as unknown[], needs)]]),
  );
}

function* engineStage(docs: Iterable<Doc>, stage: Doc, { variables, from, tick }: PipelineNeeds): Generator<Doc> {
  const collection = (name: string): Doc[] => [...from(name, [], {})].map((doc) => adapt(doc) as Doc);
  const input = mapped(docs, (doc) => {
    tick();
    return adapt(doc) as Doc;
  });
  for (const doc of runStages(input, [stage], { variables: adapt(variables) as Doc, collection }))
    yield restore(doc) as Doc;
}

/** `$slice` with one argument and `$elemMatch` belong to `find` alone. */
function checkProjection(spec: Doc): void {
  try {
    checkExpression(spec);
  } catch (error) {
    throw error instanceof MongoFailure && error.code === 168
      ? new MongoFailure(31325, `Invalid $project :: caused by :: ${error.message.replace('Unrecognized', 'Unknown')}`)
      : error;
  }
  for (const value of Object.values(spec)) {
    if (isDoc(value) && '$slice' in value && !Array.isArray(value['$slice'])) {
      throw new MongoFailure(
        28667,
        'Invalid $project :: caused by :: Expression $slice takes at least 2 arguments, and at most 3, but 1 were passed in.',
      );
    }
  }
}

function applyStage(docs: Iterable<Doc>, stage: unknown, needs: PipelineNeeds): Iterable<Doc> {
  const { name, spec } = stageOf(stage);
  const { evaluate } = needs;
  switch (name) {
    case '$match':
      if (!isDoc(spec)) throw new MongoFailure(15959, 'the match filter must be an expression in an object');
      return filtered(docs, compileFilter(spec, evaluate));
    case '$sort':
      return sortDocs(docs, parseSort(spec), (doc) => doc);
    case '$skip':
      return window(docs, wholeNumber(name, spec, 0), Infinity);
    case '$limit':
      return window(docs, 0, wholeNumber(name, spec, 1));
    case '$count':
      return counted(docs, spec);
    case '$project':
      if (!isDoc(spec) || Object.keys(spec).length === 0)
        throw new MongoFailure(51272, '$project specification must be a non-empty object');
      checkProjection(spec);
      return mapped(docs, compileProjection(spec, evaluate));
    case '$unset': {
      const paths = (Array.isArray(spec) ? spec : [spec]).map((path: unknown) => [String(path), 0]);
      return mapped(docs, compileProjection(Object.fromEntries(paths) as Doc, evaluate));
    }
    case '$addFields':
    case '$set':
      checkExpression(spec);
      return mapped(docs, (doc) => addFields(doc, spec as Doc, evaluate));
    case '$replaceRoot':
    case '$replaceWith': {
      const root = name === '$replaceRoot' ? (spec as Doc)['newRoot'] : spec;
      checkExpression(root);
      return mapped(docs, (doc) => replaceRoot(doc, root, evaluate));
    }
    case '$unwind':
      return unwind(docs, spec);
    case '$group':
      return group(docs, spec, evaluate);
    case '$bucket':
      return bucket(docs, spec, evaluate);
    case '$sortByCount':
      return sortDocs(
        group(docs, { _id: spec, count: { $sum: new Int32(1) } }, evaluate),
        parseSort({ count: new Int32(-1) }),
        (doc) => doc,
      );
    case '$sample':
      return sample(docs, spec);
    case '$lookup':
      return lookup(docs, spec, needs);
    case '$unionWith':
      return union(docs, spec, needs);
    case '$facet':
      return facet(docs, spec, needs);
    default:
      if (!borrowed.has(name)) throw notImplemented(`The stage ${name} in this place`);
      if (name !== '$graphLookup') checkExpression(spec, true);
      return engineStage(docs, stage as Doc, needs);
  }
}

/** Runs stages one after the other; documents are pulled through one by one where the stage allows it. */
export function runPipeline(docs: Iterable<Doc>, stages: readonly unknown[], needs: PipelineNeeds): Iterable<Doc> {
  let current = docs;
  for (const stage of stages) current = applyStage(current, stage, needs);
  return current;
}
