import { Aggregator } from 'mingo';
import { Context, evalExpr } from 'mingo/core';
import * as accumulator from 'mingo/operators/accumulator';
import * as expression from 'mingo/operators/expression';
import * as pipeline from 'mingo/operators/pipeline';
import * as projection from 'mingo/operators/projection';
import * as query from 'mingo/operators/query';
import * as window from 'mingo/operators/window';
import type { Options } from 'mingo/types';
import { type Doc, isDoc } from '../bson/document.js';
import { compareValues, equalValues } from '../bson/compare.js';
import { isTrue } from '../bson/types.js';
import { MongoFailure, notImplemented } from '../failure.js';
import { adapt } from './adapt.js';

type Operator = (obj: never, expr: never, options: Options) => unknown;

const ordering = (accept: (order: number) => unknown): Operator => {
  return (obj, expr, options) => {
    const [a, b] = evalExpr(obj, expr, options) as unknown[];
    return accept(compareValues(a, b));
  };
};

/** Over the elements of one array, or over several arguments; null and missing ones do not count. */
function folded(fold: (a: unknown, b: unknown) => unknown): Operator {
  return (obj, expr, options) => {
    const values = evalExpr(obj, expr, options) as unknown;
    const alone: unknown = Array.isArray(expr) && (expr as unknown[]).length === 1 ? (values as unknown[])[0] : values;
    const present: unknown[] = (Array.isArray(alone) ? (alone as unknown[]) : [alone]).filter(
      (value) => value !== null && value !== undefined,
    );
    return present.length === 0 ? null : present.reduce(fold);
  };
}

function elementOf(value: unknown, at: number): unknown {
  if (value === null || value === undefined) return null;
  if (!Array.isArray(value)) throw new MongoFailure(28689, `$arrayElemAt's first argument must be an array`);
  return (value as unknown[]).at(at);
}

/** Comparisons by MongoDB's order of types, in the place of the engine's own. */
const comparisons: Record<string, Operator> = {
  $eq: ordering((order) => order === 0),
  $ne: ordering((order) => order !== 0),
  $gt: ordering((order) => order > 0),
  $gte: ordering((order) => order >= 0),
  $lt: ordering((order) => order < 0),
  $lte: ordering((order) => order <= 0),
  $cmp: ordering(Math.sign),
  $in: (obj, expr, options) => {
    const [value, list] = evalExpr(obj, expr, options) as unknown[];
    if (!Array.isArray(list)) throw new MongoFailure(40081, '$in requires an array as a second argument');
    return list.some((item) => equalValues(item, value));
  },
  $max: folded((a, b) => (compareValues(a, b) >= 0 ? a : b)),
  $min: folded((a, b) => (compareValues(a, b) <= 0 ? a : b)),
  $not: (obj, expr, options) => {
    const value = evalExpr(obj, expr, options) as unknown;
    return !isTrue(Array.isArray(expr) ? (value as unknown[])[0] : value);
  },
  $first: (obj, expr, options) => elementOf(evalExpr(obj, expr, options), 0),
  $last: (obj, expr, options) => elementOf(evalExpr(obj, expr, options), -1),
  $type: () => {
    throw notImplemented('$type inside another expression');
  },
};

const known = { accumulator, expression, pipeline, projection, query, window };

const context = Context.init({
  accumulator: { ...accumulator },
  expression: { ...expression, ...comparisons },
  pipeline: { ...pipeline },
  projection: { ...projection },
  query: { ...query },
  window: { ...window },
} as unknown as Parameters<typeof Context.init>[0]);

export function isKnown(kind: keyof typeof known, name: string): boolean {
  return Object.hasOwn(known[kind], name);
}

export interface EngineSettings {
  /** Variables of `let`, adapted. */
  readonly variables?: Doc;
  /** All documents of a collection, adapted. */
  readonly collection?: (name: string) => Doc[];
}

function optionsOf({ variables, collection }: EngineSettings): Partial<Options> {
  return {
    context,
    // The engine's own stages are partly written as scripts; what a client sends as script is refused before.
    scriptEnabled: true,
    ...(variables && { variables }),
    ...(collection && { collectionResolver: collection }),
  };
}

/** MongoDB's refusals pass; whatever the engine throws itself is a failed expression. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof MongoFailure) throw error;
    throw new MongoFailure(16020, (error as Error).message);
  }
}

/** @param doc adapted; so is what comes back. */
export function evaluateAdapted(expr: unknown, doc: Doc, settings: EngineSettings): unknown {
  return guarded(() => evalExpr(doc as never, adapt(expr) as never, optionsOf(settings) as Options));
}

/** Runs stages of the engine on adapted documents. */
export function* runStages(docs: Iterable<Doc>, stages: readonly Doc[], settings: EngineSettings): Generator<Doc> {
  const aggregator = new Aggregator(adapt(stages) as Record<string, never>[], optionsOf(settings));
  const results = guarded(() => aggregator.run([...docs]));
  yield* results as Doc[];
}

/** @throws MongoFailure 168 for an operator no expression has, wherever it stands. */
export function checkExpression(expr: unknown, inWindow = false): void {
  if (Array.isArray(expr)) {
    for (const item of expr) checkExpression(item, inWindow);
  } else if (isDoc(expr)) {
    for (const [name, operand] of Object.entries(expr)) {
      if (name === '$literal') continue;
      if (
        name.startsWith('$') &&
        !isKnown('expression', name) &&
        !isKnown('accumulator', name) &&
        !(inWindow && isKnown('window', name))
      ) {
        throw new MongoFailure(168, `Unrecognized expression '${name}'`);
      }
      if (name === '$function' || name === '$accumulator' || name === '$where') throw notImplemented(name);
      checkExpression(operand, inWindow);
    }
  }
}
