import { type Doc, isDoc, own } from '../bson/document.js';
import { typeNameOf } from '../bson/types.js';
import { MongoFailure } from '../failure.js';
import type { Evaluate } from '../query/filter.js';
import { adapt, restore } from './adapt.js';
import { checkExpression, evaluateAdapted } from './engine.js';

/** A field path over documents and the documents of arrays, not of arrays in arrays; BSON types stay. */
function follow(value: unknown, segments: readonly string[], at = 0): unknown {
  const segment = segments[at];
  if (segment === undefined) return value;
  if (Array.isArray(value)) {
    return value
      .flatMap((item: unknown) => (isDoc(item) ? [follow(item, segments, at)] : []))
      .filter((item) => item !== undefined);
  }
  return isDoc(value) ? follow(own(value, segment), segments, at + 1) : undefined;
}

/** Whether a dotted path meets an array in an array, which the engine would enter and MongoDB does not. */
function meetsNestedArray(value: unknown, segments: readonly string[]): boolean {
  let current = value;
  for (const segment of segments) {
    if (Array.isArray(current))
      return current.some(
        (item) => Array.isArray(item) || meetsNestedArray(item, segments.slice(segments.indexOf(segment))),
      );
    current = isDoc(current) ? own(current, segment) : undefined;
  }
  return false;
}

/** The expression with the paths the engine would misread replaced by their values; mostly the expression itself. */
function settle(expression: unknown, doc: Doc): unknown {
  if (typeof expression === 'string') {
    if (!expression.startsWith('$') || expression.startsWith('$$') || !expression.includes('.')) return expression;
    const segments = expression.slice(1).split('.');
    return meetsNestedArray(doc, segments) ? { $literal: follow(doc, segments) } : expression;
  }
  if (Array.isArray(expression)) {
    const items = expression.map((item: unknown) => settle(item, doc));
    return items.every((item, i) => item === expression[i]) ? expression : items;
  }
  if (!isDoc(expression) || '$literal' in expression) return expression;
  const members = Object.entries(expression).map(([name, part]) => [name, settle(part, doc)] as const);
  return members.every(([name, part]) => part === expression[name]) ? expression : Object.fromEntries(members);
}

/**
 * Makes the evaluator of aggregation expressions.
 *
 * Paths, variables and literals keep their BSON types; what is calculated comes as int, long or double by its value.
 *
 * @param variables of `let`, with BSON types.
 * @param tick called before each evaluation; may throw to end a long one.
 */
export function makeEvaluate(variables: Doc = {}, tick: () => void = () => undefined): Evaluate {
  const adaptedVariables = adapt(variables) as Doc;
  const checked = new WeakSet<object>();
  const evaluate: Evaluate = (expression, doc) => {
    tick();
    if (typeof expression === 'string' && expression.startsWith('$')) return path(expression, doc);
    if (isDoc(expression)) {
      const names = Object.keys(expression);
      if (names.length === 1 && '$literal' in expression) return expression['$literal'];
      if (names.length === 1 && '$ifNull' in expression && Array.isArray(expression['$ifNull']))
        return firstPresent(expression['$ifNull'], doc);
      if (names.length === 1 && '$type' in expression) {
        const value = evaluate(expression['$type'], doc);
        return value === undefined ? 'missing' : typeNameOf(value);
      }
    } else if (!Array.isArray(expression)) {
      return expression;
    }
    if (!checked.has(expression)) {
      checkExpression(expression);
      checked.add(expression);
    }
    return restore(evaluateAdapted(settle(expression, doc), adapt(doc) as Doc, { variables: adaptedVariables }));
  };
  const firstPresent = (choices: readonly unknown[], doc: Doc): unknown => {
    if (choices.length < 2) throw new MongoFailure(1257300, '$ifNull needs at least two arguments, had: 1');
    let value: unknown;
    for (const choice of choices) {
      value = evaluate(choice, doc);
      if (value !== null && value !== undefined) return value;
    }
    return value;
  };
  const path = (expression: string, doc: Doc): unknown => {
    const segments = expression.split('.');
    const first = segments.shift() as string;
    if (!first.startsWith('$$')) return follow(doc, [first.slice(1), ...segments]);
    const name = first.slice(2);
    if (name === 'ROOT' || name === 'CURRENT') return follow(doc, segments);
    if (name === 'REMOVE') return undefined;
    if (name === 'NOW') return new Date();
    if (!Object.hasOwn(variables, name)) throw new MongoFailure(17276, `Use of undefined variable: ${name}`);
    return follow(variables[name], segments);
  };
  return evaluate;
}
