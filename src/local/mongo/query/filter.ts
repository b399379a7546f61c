import { BSONRegExp, Code } from 'mongodb';
import { type Doc, isDoc } from '../bson/document.js';
import { isTrue } from '../bson/types.js';
import { reach } from '../bson/paths.js';
import { MongoFailure, notImplemented } from '../failure.js';
import { compileOperator, equalsTest, isOperatorDoc, type ValueTest } from './operators.js';
import { compileSchema } from './json-schema.js';

export type Predicate = (doc: unknown) => boolean;

/** Evaluates an aggregation expression on a document; given from outside, because expressions know filters too. */
export type Evaluate = (expression: unknown, doc: Doc) => unknown;

/**
 * A filter as a function of a document.
 *
 * @param filter as a driver sends it, decoded with BSON types kept.
 * @throws MongoFailure 2 or 9 for operators and operands MongoDB refuses, 238 for what this database lacks.
 */
export function compileFilter(filter: Doc, evaluate: Evaluate): Predicate {
  const tests = Object.entries(filter).map(([name, operand]) =>
    name.startsWith('$') ? compileTopLevel(name, operand, evaluate) : compilePath(name, operand, evaluate),
  );
  if (tests.length === 1) return tests[0] as Predicate;
  return (doc) => tests.every((test) => test(doc));
}

function compileTopLevel(name: string, operand: unknown, evaluate: Evaluate): Predicate {
  switch (name) {
    case '$and':
    case '$or':
    case '$nor': {
      const all = clauses(name, operand).map((clause) => compileFilter(clause, evaluate));
      if (name === '$and') return (doc) => all.every((test) => test(doc));
      return name === '$or' ? (doc) => all.some((test) => test(doc)) : (doc) => !all.some((test) => test(doc));
    }
    case '$expr':
      return (doc) => isTrue(evaluate(operand, doc as Doc));
    case '$jsonSchema':
      return compileSchema(operand);
    case '$comment':
      return () => true;
    case '$text':
    case '$where':
    case '$sampleRate':
      throw notImplemented(name);
    default:
      throw new MongoFailure(
        2,
        `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
      );
  }
}

function clauses(name: string, operand: unknown): Doc[] {
  if (!Array.isArray(operand)) throw new MongoFailure(2, `${name} must be an array`);
  if (operand.length === 0) throw new MongoFailure(2, '$and/$or/$nor must be a nonempty array');
  return operand.map((clause: unknown) => {
    if (!isDoc(clause)) throw new MongoFailure(2, '$or/$and/$nor entries need to be full objects');
    return clause;
  });
}

function compilePath(path: string, operand: unknown, evaluate: Evaluate): Predicate {
  const segments = path.split('.');
  return compileReached(conditionOf(operand, evaluate), (doc) => reach(doc, segments));
}

function compileReached(test: ValueTest, values: (doc: unknown) => unknown[]): Predicate {
  return (doc) => test(values(doc));
}

/** The test of one path: an operator document, a regular expression, or a value to equal. */
function conditionOf(operand: unknown, evaluate: Evaluate): ValueTest {
  if (operand instanceof BSONRegExp || operand instanceof RegExp)
    return compileOperator('$regex', operand, {}, nested(evaluate));
  if (operand instanceof Code) throw notImplemented('JavaScript in a filter');
  if (!isOperatorDoc(operand)) return equalsTest(operand);
  const tests = Object.keys(operand).map((name) => compileOperator(name, operand[name], operand, nested(evaluate)));
  if (tests.length === 1) return tests[0] as ValueTest;
  return (values, flat) => tests.every((test) => test(values, flat));
}

function nested(evaluate: Evaluate) {
  return {
    condition: (operand: unknown): ValueTest => conditionOf(operand, evaluate),
    filter: (filter: Doc): Predicate => compileFilter(filter, evaluate),
  };
}
