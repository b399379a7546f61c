import { isDoc } from '../bson/document.js';
import { compareValues, equalValues } from '../bson/compare.js';
import { isNumeric, toNumber } from '../bson/numbers.js';
import { typeNameOf } from '../bson/types.js';
import { MongoFailure } from '../failure.js';
import { compileFilter, type Evaluate } from '../query/filter.js';
import { isOperatorDoc } from '../query/operators.js';
import { parseSort, sortDocs } from '../query/sort.js';

function arrayOf(operator: string, path: string, value: unknown): unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value as unknown[];
  throw new MongoFailure(2, `The field '${path}' must be an array but is of type ${typeNameOf(value)} (${operator})`);
}

function whole(name: string, value: unknown): number {
  const number = isNumeric(value) ? toNumber(value) : Number.NaN;
  if (!Number.isInteger(number))
    throw new MongoFailure(
      2,
      `The value for ${name} must be an integer value but was given type: ${typeNameOf(value)}`,
    );
  return number;
}

/** `$push`, also with `$each`, `$position`, `$sort`, `$slice`. */
export function push(path: string, value: unknown, operand: unknown): unknown[] {
  const list = [...arrayOf('$push', path, value)];
  if (!isDoc(operand) || !('$each' in operand)) return [...list, operand];
  const { $each: each, $position: position, $slice: slice, $sort: sort, ...rest } = operand;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw new MongoFailure(2, `Unrecognized clause in $push: ${unknown}`);
  if (!Array.isArray(each))
    throw new MongoFailure(
      2,
      `The argument to $each in $push must be an array but it was of type: ${typeNameOf(each)}`,
    );
  list.splice(position === undefined ? list.length : whole('$position', position), 0, ...(each as unknown[]));
  const ordered = sort === undefined ? list : sorted(list, sort);
  if (slice === undefined) return ordered;
  const count = whole('$slice', slice);
  return count >= 0 ? ordered.slice(0, count) : ordered.slice(count);
}

function sorted(list: unknown[], sort: unknown): unknown[] {
  if (isDoc(sort)) return sortDocs(list, parseSort(sort), (item) => (isDoc(item) ? item : {}));
  const direction = whole('$sort', sort);
  return list.sort((a, b) => direction * compareValues(a, b));
}

export function addToSet(path: string, value: unknown, operand: unknown): unknown[] {
  const list = [...arrayOf('$addToSet', path, value)];
  const each: unknown = isDoc(operand) && '$each' in operand ? operand['$each'] : [operand];
  if (!Array.isArray(each))
    throw new MongoFailure(
      14,
      `The argument to $each in $addToSet must be an array but it was of type ${typeNameOf(each)}`,
    );
  for (const item of each as unknown[]) if (!list.some((present) => equalValues(present, item))) list.push(item);
  return list;
}

/** `$pull`: removes what equals the operand, or what matches it when it is a condition. */
export function pull(path: string, value: unknown, operand: unknown, evaluate: Evaluate): unknown[] {
  const list = arrayOf('$pull', path, value);
  if (isOperatorDoc(operand)) {
    const test = compileFilter({ item: operand }, evaluate);
    return list.filter((item) => !test({ item }));
  }
  if (!isDoc(operand)) {
    const test = compileFilter({ item: operand }, evaluate);
    return list.filter((item) => !test({ item }));
  }
  const test = compileFilter(operand, evaluate);
  return list.filter((item) => !(isDoc(item) && test(item)));
}

export function pullAll(path: string, value: unknown, operand: unknown): unknown[] {
  if (!Array.isArray(operand))
    throw new MongoFailure(2, '$pullAll requires an array argument but was given a ' + typeNameOf(operand));
  return arrayOf('$pullAll', path, value).filter((item) => !operand.some((unwanted) => equalValues(item, unwanted)));
}

export function pop(path: string, value: unknown, operand: unknown): unknown[] {
  const end = isNumeric(operand) ? toNumber(operand) : 0;
  if (end !== 1 && end !== -1) throw new MongoFailure(9, `$pop expects 1 or -1, found: ${String(operand)}`);
  if (!Array.isArray(value))
    throw new MongoFailure(14, `Path '${path}' contains an element of non-array type '${typeNameOf(value)}'`);
  const list: unknown[] = value;
  return end === 1 ? list.slice(0, -1) : list.slice(1);
}
