import { BSONRegExp, MaxKey, MinKey } from 'mongodb';
import { type Doc, isDoc } from '../bson/document.js';
import { compareValues } from '../bson/compare.js';
import { keyOf } from '../bson/key-encoding.js';
import { exactNumber, flag, isNumeric, toNumber } from '../bson/numbers.js';
import { Positional } from '../bson/paths.js';
import { typeNumberOf, typeNumbers, typeOrder } from '../bson/types.js';
import { MongoFailure, notImplemented } from '../failure.js';
import { bitTest } from './bits.js';
import { regularExpression } from './regular-expression.js';

/**
 * A test of all values a path reaches.
 *
 * @param flat arrays among them count as themselves only, as they do for the elements `$elemMatch` looks at.
 */
export type ValueTest = (values: readonly unknown[], flat?: boolean) => boolean;

/** What operators with conditions inside need of the filter they stand in. */
export interface Nested {
  condition(operand: unknown): ValueTest;
  filter(filter: Doc): (doc: unknown) => boolean;
}

export function isOperatorDoc(value: unknown): value is Doc {
  if (!isDoc(value)) return false;
  const first = Object.keys(value)[0];
  return first !== undefined && first.startsWith('$') && !['$ref', '$id', '$db'].includes(first);
}

/** An array counts as itself and as each of its elements. */
function some(test: (value: unknown) => boolean): ValueTest {
  return (values, flat = false) =>
    values.some(
      (value) =>
        test(value) ||
        (!flat && Array.isArray(value) && !(value instanceof Positional) && value.some((item) => test(item))),
    );
}

const not =
  (test: ValueTest): ValueTest =>
  (values, flat) =>
    !test(values, flat);

export function equalsTest(operand: unknown): ValueTest {
  if (operand === null || operand === undefined) return some((value) => value === null || value === undefined);
  return some((value) => value !== undefined && compareValues(value, operand) === 0);
}

/** Values of another type than the operand's never match, save against MinKey and MaxKey. */
function ordered(operand: unknown, accept: (order: number) => boolean): ValueTest {
  if (operand instanceof BSONRegExp || operand instanceof RegExp)
    throw new MongoFailure(2, `Can't have RegEx as arg to predicate over field.`);
  const anyType = operand instanceof MinKey || operand instanceof MaxKey;
  if (operand === null || operand === undefined) return accept(0) ? equalsTest(null) : () => false;
  const isNaN = Number.isNaN(exactNumber(operand));
  const order = typeOrder(operand);
  return some((value) => {
    if (value === undefined) return anyType && accept(compareValues(null, operand));
    if (!anyType && typeOrder(value) !== order) return false;
    if (isNaN !== Number.isNaN(exactNumber(value)) && order === 0x1e) return false;
    return accept(compareValues(value, operand));
  });
}

function memberTest(name: string, operand: unknown): ValueTest {
  if (!Array.isArray(operand)) throw new MongoFailure(2, `${name} needs an array`);
  const keys = new Set<string>();
  const expressions: ValueTest[] = [];
  let nothing = false;
  for (const item of operand as unknown[]) {
    if (isOperatorDoc(item)) throw new MongoFailure(2, `cannot nest $ under ${name}`);
    if (item === null || item === undefined) nothing = true;
    else keys.add(keyOf(item).toString('latin1'));
    if (item instanceof BSONRegExp || item instanceof RegExp) expressions.push(regexTest(item, {}));
  }
  const member = some((value) =>
    value === null || value === undefined ? nothing : keys.has(keyOf(value).toString('latin1')),
  );
  return (values, flat) => member(values, flat) || expressions.some((test) => test(values, flat));
}

function regexTest(operand: unknown, siblings: Doc): ValueTest {
  const expression = regularExpression(operand, siblings['$options']);
  const same = operand instanceof BSONRegExp ? keyOf(operand) : undefined;
  return some((value) => {
    if (typeof value === 'string') return expression.test(value);
    return same !== undefined && value instanceof BSONRegExp && same.equals(keyOf(value));
  });
}

function typeTest(operand: unknown): ValueTest {
  const wanted = (Array.isArray(operand) ? operand : [operand]).map((type: unknown) => {
    if (type === 'number') return 'number';
    const number = typeof type === 'string' ? typeNumbers[type] : exactNumber(type);
    if (number === undefined || !Object.values(typeNumbers).includes(number)) {
      throw new MongoFailure(
        2,
        typeof type === 'string' ? `Unknown type name alias: ${type}` : `Invalid numerical type code: ${String(type)}`,
      );
    }
    return number;
  });
  return some(
    (value) =>
      value !== undefined &&
      wanted.some((type) => (type === 'number' ? isNumeric(value) : type === typeNumberOf(value))),
  );
}

function moduloTest(operand: unknown): ValueTest {
  const pair: unknown[] = Array.isArray(operand) ? operand : [];
  const [divisor, rest] = pair;
  if (pair.length !== 2 || !isNumeric(divisor))
    throw new MongoFailure(2, 'malformed mod, needs to be an array of two numbers');
  const by = Math.trunc(toNumber(divisor));
  if (by === 0) throw new MongoFailure(2, 'divisor cannot be 0');
  const want = isNumeric(rest) ? Math.trunc(toNumber(rest)) : 0;
  return some((value) => isNumeric(value) && Math.trunc(toNumber(value)) % by === want);
}

function elementTest(operand: unknown, nested: Nested): ValueTest {
  if (!isDoc(operand)) throw new MongoFailure(2, '$elemMatch needs an Object');
  const onValues =
    isOperatorDoc(operand) && !['$and', '$or', '$nor', '$where', '$expr'].includes(Object.keys(operand)[0] as string);
  if (onValues) {
    const test = nested.condition(operand);
    return (values) => values.some((value) => Array.isArray(value) && value.some((item) => test([item], true)));
  }
  const test = nested.filter(operand);
  return (values) =>
    values.some(
      (value) =>
        Array.isArray(value) &&
        value.some((item) => (isDoc(item) && test(item)) || (Array.isArray(item) && test({ ...item }))),
    );
}

function allTest(operand: unknown, nested: Nested): ValueTest {
  if (!Array.isArray(operand)) throw new MongoFailure(2, '$all needs an array');
  const tests = operand.map((item: unknown) =>
    isDoc(item) && '$elemMatch' in item
      ? elementTest(item['$elemMatch'], nested)
      : item instanceof BSONRegExp
        ? regexTest(item, {})
        : equalsTest(item),
  );
  return (values) => tests.length > 0 && tests.every((test) => test(values));
}

function sizeTest(operand: unknown): ValueTest {
  const size = isNumeric(operand) ? toNumber(operand) : Number.NaN;
  if (!Number.isInteger(size) || size < 0)
    throw new MongoFailure(2, `Failed to parse $size. Expected a non-negative integer`);
  return (values) => values.some((value) => Array.isArray(value) && value.length === size);
}

/**
 * One operator of a condition such as `{ $gt: 1, $lt: 5 }`.
 *
 * @param siblings the whole condition, for `$regex` with `$options`.
 * @throws MongoFailure 2 for an unknown operator or operand.
 */
export function compileOperator(name: string, operand: unknown, siblings: Doc, nested: Nested): ValueTest {
  switch (name) {
    case '$eq':
      return equalsTest(operand);
    case '$ne':
      return not(equalsTest(operand));
    case '$gt':
      return ordered(operand, (order) => order > 0);
    case '$gte':
      return ordered(operand, (order) => order >= 0);
    case '$lt':
      return ordered(operand, (order) => order < 0);
    case '$lte':
      return ordered(operand, (order) => order <= 0);
    case '$in':
      return memberTest(name, operand);
    case '$nin':
      return not(memberTest(name, operand));
    case '$exists':
      return flag(operand)
        ? (values) => values.some((value) => value !== undefined)
        : (values) => values.every((value) => value === undefined);
    case '$type':
      return typeTest(operand);
    case '$regex':
      return regexTest(operand, siblings);
    case '$options':
      if (!('$regex' in siblings)) throw new MongoFailure(2, '$options needs a $regex');
      return () => true;
    case '$mod':
      return moduloTest(operand);
    case '$size':
      return sizeTest(operand);
    case '$all':
      return allTest(operand, nested);
    case '$elemMatch':
      return elementTest(operand, nested);
    case '$not':
      if (!isOperatorDoc(operand) && !(operand instanceof BSONRegExp))
        throw new MongoFailure(2, '$not needs a regex or a document');
      return not(nested.condition(operand));
    case '$bitsAllSet':
    case '$bitsAllClear':
    case '$bitsAnySet':
    case '$bitsAnyClear':
      return some(bitTest(name, operand));
    case '$comment':
      return () => true;
    case '$near':
    case '$nearSphere':
    case '$geoWithin':
    case '$geoIntersects':
      throw notImplemented(name);
    default:
      throw new MongoFailure(2, `unknown operator: ${name}`);
  }
}
