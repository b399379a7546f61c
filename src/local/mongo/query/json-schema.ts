import { isDoc, own } from '../bson/document.js';
import { compareValues, equalValues } from '../bson/compare.js';
import { keyOf } from '../bson/key-encoding.js';
import { flag, isNumeric, toNumber } from '../bson/numbers.js';
import { typeNumberOf, typeNumbers } from '../bson/types.js';
import { MongoFailure } from '../failure.js';
import { regularExpression } from './regular-expression.js';

type Check = (value: unknown) => boolean;

const jsonTypes: Readonly<Record<string, string>> = {
  object: 'object',
  array: 'array',
  number: 'number',
  boolean: 'bool',
  string: 'string',
  null: 'null',
};

/**
 * A `$jsonSchema` as a test of a document (draft 4 with MongoDB's `bsonType`).
 *
 * @throws MongoFailure 9 for a keyword outside the list MongoDB knows or a malformed one.
 */
export function compileSchema(schema: unknown): Check {
  if (!isDoc(schema)) throw new MongoFailure(14, '$jsonSchema must be an object');
  const checks = Object.entries(schema).map(([keyword, operand]) => compileKeyword(keyword, operand, schema));
  return (value) => checks.every((check) => check(value));
}

function schemas(keyword: string, operand: unknown): Check[] {
  if (!Array.isArray(operand) || operand.length === 0)
    throw new MongoFailure(9, `$jsonSchema keyword '${keyword}' must be a nonempty array`);
  return operand.map((item: unknown) => compileSchema(item));
}

function typeCheck(operand: unknown, translate: (name: string) => string | undefined): Check {
  const names = (Array.isArray(operand) ? operand : [operand]).map((item: unknown) => {
    const name = typeof item === 'string' ? translate(item) : undefined;
    if (name === undefined) throw new MongoFailure(2, `Unknown type name alias: ${String(item)}`);
    return name;
  });
  return (value) =>
    names.some((name) => (name === 'number' ? isNumeric(value) : typeNumbers[name] === typeNumberOf(value)));
}

function bound(operand: unknown, exclusive: unknown, accept: (order: number) => boolean): Check {
  return (value) => {
    if (!isNumeric(value)) return true;
    const order = compareValues(value, operand);
    return order === 0 ? !flag(exclusive) : accept(order);
  };
}

function sized(
  operand: unknown,
  size: (value: unknown) => number | undefined,
  accept: (size: number, bound: number) => boolean,
): Check {
  const limit = isNumeric(operand) ? toNumber(operand) : Number.NaN;
  if (!Number.isInteger(limit) || limit < 0)
    throw new MongoFailure(9, 'a size in a $jsonSchema must be a non-negative integer');
  return (value) => {
    const n = size(value);
    return n === undefined || accept(n, limit);
  };
}

const textSize = (value: unknown): number | undefined => (typeof value === 'string' ? [...value].length : undefined);
const arraySize = (value: unknown): number | undefined => (Array.isArray(value) ? value.length : undefined);
const fieldCount = (value: unknown): number | undefined => (isDoc(value) ? Object.keys(value).length : undefined);
const atLeast = (n: number, limit: number): boolean => n >= limit;
const atMost = (n: number, limit: number): boolean => n <= limit;

function members(operand: unknown): [string, Check][] {
  if (!isDoc(operand)) throw new MongoFailure(14, 'a $jsonSchema list of properties must be an object');
  return Object.entries(operand).map(([name, schema]) => [name, compileSchema(schema)]);
}

function propertiesCheck(operand: unknown): Check {
  const all = members(operand);
  return (value) => !isDoc(value) || all.every(([name, check]) => !Object.hasOwn(value, name) || check(value[name]));
}

function patternCheck(operand: unknown): Check {
  const all = members(operand).map(([pattern, check]) => ({ pattern: regularExpression(pattern), check }));
  return (value) =>
    !isDoc(value) ||
    Object.entries(value).every(([name, item]) =>
      all.every(({ pattern, check }) => !pattern.test(name) || check(item)),
    );
}

function additionalCheck(operand: unknown, schema: Record<string, unknown>): Check {
  const check: Check = typeof operand === 'boolean' ? () => operand : compileSchema(operand);
  const known = new Set(Object.keys((schema['properties'] as object | undefined) ?? {}));
  const patterns = Object.keys((schema['patternProperties'] as object | undefined) ?? {}).map((pattern) =>
    regularExpression(pattern),
  );
  return (value) =>
    !isDoc(value) ||
    Object.entries(value).every(
      ([name, item]) => known.has(name) || patterns.some((pattern) => pattern.test(name)) || check(item),
    );
}

function itemsCheck(operand: unknown): Check {
  if (Array.isArray(operand)) {
    const checks = operand.map((item: unknown) => compileSchema(item));
    return (value) => !Array.isArray(value) || checks.every((check, i) => i >= value.length || check(value[i]));
  }
  const check = compileSchema(operand);
  return (value) => !Array.isArray(value) || value.every((item) => check(item));
}

function requiredCheck(operand: unknown): Check {
  if (!Array.isArray(operand) || operand.length === 0)
    throw new MongoFailure(9, `$jsonSchema keyword 'required' must be a nonempty array`);
  return (value) => !isDoc(value) || operand.every((name) => own(value, String(name)) !== undefined);
}

function compileKeyword(keyword: string, operand: unknown, schema: Record<string, unknown>): Check {
  switch (keyword) {
    case 'bsonType':
      return typeCheck(operand, (name) => (name === 'number' || name in typeNumbers ? name : undefined));
    case 'type':
      return typeCheck(operand, (name) => jsonTypes[name]);
    case 'required':
      return requiredCheck(operand);
    case 'properties':
      return propertiesCheck(operand);
    case 'patternProperties':
      return patternCheck(operand);
    case 'additionalProperties':
      return additionalCheck(operand, schema);
    case 'minimum':
      return bound(operand, schema['exclusiveMinimum'], (order) => order > 0);
    case 'maximum':
      return bound(operand, schema['exclusiveMaximum'], (order) => order < 0);
    case 'minLength':
      return sized(operand, textSize, atLeast);
    case 'maxLength':
      return sized(operand, textSize, atMost);
    case 'minItems':
      return sized(operand, arraySize, atLeast);
    case 'maxItems':
      return sized(operand, arraySize, atMost);
    case 'minProperties':
      return sized(operand, fieldCount, atLeast);
    case 'maxProperties':
      return sized(operand, fieldCount, atMost);
    case 'pattern': {
      const expression = regularExpression(operand);
      return (value) => typeof value !== 'string' || expression.test(value);
    }
    case 'enum':
      return (value) => Array.isArray(operand) && operand.some((item) => equalValues(item, value));
    case 'items':
      return itemsCheck(operand);
    case 'uniqueItems':
      return (value) =>
        !flag(operand) ||
        !Array.isArray(value) ||
        new Set(value.map((item) => keyOf(item).toString('latin1'))).size === value.length;
    case 'allOf':
    case 'anyOf':
    case 'oneOf':
      return combined(keyword, schemas(keyword, operand));
    case 'not': {
      const check = compileSchema(operand);
      return (value) => !check(value);
    }
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
    case 'title':
    case 'description':
      return () => true;
    default:
      throw new MongoFailure(9, `Unknown $jsonSchema keyword: ${keyword}`);
  }
}

function combined(keyword: string, checks: readonly Check[]): Check {
  if (keyword === 'allOf') return (value) => checks.every((check) => check(value));
  if (keyword === 'anyOf') return (value) => checks.some((check) => check(value));
  return (value) => checks.filter((check) => check(value)).length === 1;
}
