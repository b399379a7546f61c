import { Int32, Long, Timestamp } from 'mongodb';
import { copy, type Doc, isDoc } from '../bson/document.js';
import { compareValues } from '../bson/compare.js';
import { add, isLong, isNumeric, multiply, type Numeric } from '../bson/numbers.js';
import { typeNameOf } from '../bson/types.js';
import { MongoFailure } from '../failure.js';
import type { Evaluate } from '../query/filter.js';
import { addToSet, pop, pull, pullAll, push } from './array-operators.js';
import { checkViable, getAt, hasAt, type Positionals, resolvePaths, setAt, unsetAt } from './target.js';

export interface UpdateContext {
  readonly positionals: Positionals;
  readonly evaluate: Evaluate;
  readonly inserting: boolean;
  readonly now: Date;
}

type Operator = (doc: Doc, path: string, segments: string[], operand: unknown, context: UpdateContext) => void;

function arithmetic(
  name: string,
  combine: (a: Numeric, b: Numeric) => Numeric | undefined,
  start: (operand: Numeric) => Numeric,
): Operator {
  return (doc, path, segments, operand) => {
    if (!isNumeric(operand))
      throw new MongoFailure(14, `Cannot ${name} with non-numeric argument: {${path}: ${typeNameOf(operand)}}`);
    const value = getAt(doc, segments);
    if (value === undefined) return setAt(doc, segments, start(operand));
    if (!isNumeric(value)) {
      throw new MongoFailure(
        14,
        `Cannot apply $${name === 'increment' ? 'inc' : 'mul'} to a value of non-numeric type. The field '${segments.at(-1)}' has the non-numeric type ${typeNameOf(value)}`,
      );
    }
    const result = combine(value, operand);
    if (result === undefined)
      throw new MongoFailure(
        2,
        `Failed to apply $${name === 'increment' ? 'inc' : 'mul'} operations to current value, which would not fit 64 bits`,
      );
    return setAt(doc, segments, result);
  };
}

function zeroLike(operand: Numeric): Numeric {
  return multiply(operand, new Int32(0)) ?? new Int32(0);
}

function extreme(accept: (order: number) => boolean): Operator {
  return (doc, _path, segments, operand) => {
    const value = getAt(doc, segments);
    if (value === undefined || accept(compareValues(operand, value))) setAt(doc, segments, copy(operand));
  };
}

function list(
  change: (path: string, value: unknown, operand: unknown, evaluate: Evaluate) => unknown[],
  creates: boolean,
): Operator {
  return (doc, path, segments, operand, { evaluate }) => {
    if (!creates) checkViable(doc, segments);
    const value = getAt(doc, segments);
    if (value === undefined && !creates) return;
    setAt(doc, segments, change(path, value, copy(operand), evaluate));
  };
}

function currentDate(doc: Doc, _path: string, segments: string[], operand: unknown, { now }: UpdateContext): void {
  const type = isDoc(operand) ? operand['$type'] : operand === true || operand === false ? 'date' : undefined;
  if (type !== 'date' && type !== 'timestamp')
    throw new MongoFailure(2, `The '$type' string field is required to be 'date' or 'timestamp'`);
  setAt(doc, segments, type === 'date' ? now : new Timestamp({ t: Math.floor(+now / 1000), i: 1 }));
}

function bit(doc: Doc, path: string, segments: string[], operand: unknown): void {
  const present = getAt(doc, segments);
  const value = present === undefined ? new Int32(0) : present;
  const whole = (item: unknown): bigint => {
    if (item instanceof Int32) return BigInt(item.value);
    if (isLong(item)) return item.toBigInt();
    throw new MongoFailure(2, `Cannot apply $bit to a value of non-integral type: ${path}`);
  };
  if (!isDoc(operand)) throw new MongoFailure(2, 'The $bit modifier needs a document');
  let result = whole(value);
  let wide = isLong(value);
  for (const [name, mask] of Object.entries(operand)) {
    wide ||= isLong(mask);
    if (name === 'and') result &= whole(mask);
    else if (name === 'or') result |= whole(mask);
    else if (name === 'xor') result ^= whole(mask);
    else throw new MongoFailure(2, `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}'`);
  }
  setAt(doc, segments, wide ? Long.fromBigInt(result) : new Int32(Number(result)));
}

function rename(doc: Doc, path: string, segments: string[], operand: unknown): void {
  if (typeof operand !== 'string') throw new MongoFailure(2, `The 'to' field for $rename must be a string: ${path}`);
  if (operand === path)
    throw new MongoFailure(2, `The source and target field for $rename must differ: ${path}: "${path}"`);
  if (!hasAt(doc, segments)) return;
  const value = getAt(doc, segments);
  unsetAt(doc, segments);
  setAt(doc, operand.split('.'), value);
}

const operators: Readonly<Record<string, Operator>> = {
  $set: (doc, _path, segments, operand) => setAt(doc, segments, copy(operand)),
  $setOnInsert: (doc, _path, segments, operand, { inserting }) => {
    if (inserting) setAt(doc, segments, copy(operand));
  },
  $unset: (doc, _path, segments) => unsetAt(doc, segments),
  $inc: arithmetic('increment', add, (operand) => operand),
  $mul: arithmetic('multiply', multiply, zeroLike),
  $min: extreme((order) => order < 0),
  $max: extreme((order) => order > 0),
  $rename: rename,
  $currentDate: currentDate,
  $bit: bit,
  $push: list(push, true),
  $addToSet: list(addToSet, true),
  $pull: list(pull, false),
  $pullAll: list(pullAll, false),
  $pop: list(pop, false),
};

/** @throws MongoFailure 9 for an unknown operator, 40 when two of them would write one path. */
export function checkUpdate(update: Doc): void {
  const paths: string[] = [];
  for (const [name, fields] of Object.entries(update)) {
    if (!Object.hasOwn(operators, name)) {
      throw new MongoFailure(
        9,
        `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    }
    if (!isDoc(fields))
      throw new MongoFailure(
        9,
        `Modifiers operate on fields but we found type ${typeNameOf(fields)} instead. For example: {$mod: {<field>: ...}}`,
      );
    for (const [path, operand] of Object.entries(fields)) {
      paths.push(path);
      if (name === '$rename' && typeof operand === 'string') paths.push(operand);
    }
  }
  const sorted = paths.sort();
  for (const [i, path] of sorted.entries()) {
    const clash = sorted.slice(i + 1).find((other) => other === path || other.startsWith(`${path}.`));
    if (clash !== undefined)
      throw new MongoFailure(40, `Updating the path '${clash}' would create a conflict at '${path}'`);
  }
}

/** Fields are written in MongoDB's order: by name, numbers among them as numbers. */
const byName = new Intl.Collator('en', { numeric: true, caseFirst: 'upper' });

/** Applies an update document to `doc`, in place. */
export function applyOperators(doc: Doc, update: Doc, context: UpdateContext): void {
  const changes = Object.entries(update).flatMap(([name, fields]) =>
    Object.entries(fields as Doc).map(([path, operand]) => ({ name, path, operand })),
  );
  changes.sort((a, b) => byName.compare(a.path, b.path));
  for (const { name, path, operand } of changes) {
    for (const segments of resolvePaths(doc, path, context.positionals))
      (operators[name] as Operator)(doc, path, segments, operand, context);
  }
}

/** Whether anything of the update asks for the position the filter matched. */
export function needsPosition(update: Doc): boolean {
  return Object.values(update).some(
    (fields) => isDoc(fields) && Object.keys(fields).some((path) => path.split('.').includes('$')),
  );
}
