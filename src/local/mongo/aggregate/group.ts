import { Double, Int32 } from 'mongodb';
import { type Doc, define, isDoc } from '../bson/document.js';
import { compareValues } from '../bson/compare.js';
import { keyOf } from '../bson/key-encoding.js';
import { add, isNumeric, type Numeric, toNumber } from '../bson/numbers.js';
import { MongoFailure } from '../failure.js';
import type { Evaluate } from '../query/filter.js';
import { adapt, restore } from './adapt.js';
import { checkExpression, isKnown, runStages } from './engine.js';

/** One field of one group. */
interface Accumulator {
  add(doc: Doc): void;
  result(): unknown;
}

type Make = (argument: unknown, evaluate: Evaluate) => Accumulator;

function folding(start: unknown, fold: (state: unknown, value: unknown) => unknown): Make {
  return (argument, evaluate) => {
    let state = start;
    return {
      add(doc) {
        state = fold(state, evaluate(argument, doc));
      },
      result: () => state,
    };
  };
}

const nothing = (value: unknown): boolean => value === null || value === undefined;

function sum(state: unknown, value: unknown): unknown {
  if (!isNumeric(value)) return state;
  return add(state as Numeric, value) ?? new Double(toNumber(state as Numeric) + toNumber(value));
}

const average: Make = (argument, evaluate) => {
  let total = 0;
  let count = 0;
  return {
    add(doc) {
      const value = evaluate(argument, doc);
      if (!isNumeric(value)) return;
      total += toNumber(add(value, new Int32(0)) ?? value);
      count++;
    },
    result: () => (count === 0 ? null : new Double(total / count)),
  };
};

/** The state before the first document, so that a first null is not mistaken for none. */
const none = Symbol('none');

const native: Readonly<Record<string, Make>> = {
  $sum: folding(new Int32(0), sum),
  $avg: average,
  $min: folding(null, (state, value) =>
    nothing(value) || (state !== null && compareValues(state, value) <= 0) ? state : value,
  ),
  $max: folding(null, (state, value) =>
    nothing(value) || (state !== null && compareValues(state, value) >= 0) ? state : value,
  ),
  $first: folding(none, (state, value) => (state === none ? (value ?? null) : state)),
  $last: folding(null, (_state, value) => value ?? null),
  $push: (argument, evaluate) => {
    const list: unknown[] = [];
    return {
      add(doc) {
        const value = evaluate(argument, doc);
        if (value !== undefined) list.push(value);
      },
      result: () => list,
    };
  },
  $addToSet: (argument, evaluate) => {
    const set = new Map<string, unknown>();
    return {
      add(doc) {
        const value = evaluate(argument, doc);
        const key = value === undefined ? undefined : keyOf(value).toString('latin1');
        if (key !== undefined && !set.has(key)) set.set(key, value);
      },
      result: () => [...set.values()],
    };
  },
  $count: () => {
    let count = 0;
    return {
      add() {
        count++;
      },
      result: () => new Int32(count),
    };
  },
};

/** An accumulator this room has none of its own for, left to the engine at the end of the group. */
function borrowed(name: string, argument: unknown): Accumulator {
  const docs: Doc[] = [];
  return {
    add(doc) {
      docs.push(adapt(doc) as Doc);
    },
    result() {
      const [only] = [...runStages(docs, [{ $group: { _id: null, value: { [name]: argument } } }], {})];
      return restore(only?.['value']);
    },
  };
}

function makerOf(field: string, operand: unknown, evaluate: Evaluate): () => Accumulator {
  const [name, ...more] = isDoc(operand) ? Object.keys(operand) : [];
  if (name === undefined || !name.startsWith('$'))
    throw new MongoFailure(40234, `The field '${field}' must be an accumulator object`);
  if (more.length > 0) throw new MongoFailure(40238, `The field '${field}' must specify one accumulator`);
  const argument = (operand as Doc)[name];
  if (!isKnown('accumulator', name) || name === '$accumulator')
    throw new MongoFailure(15952, `unknown group operator '${name}'`);
  checkExpression(argument);
  const make = native[name];
  return () => (make ? make(argument, evaluate) : borrowed(name, argument));
}

/**
 * `$group`. Groups come in the order of their first document.
 *
 * @throws MongoFailure 15955 without `_id`, 15952 for an unknown accumulator.
 */
export function* group(docs: Iterable<Doc>, spec: unknown, evaluate: Evaluate): Generator<Doc> {
  if (!isDoc(spec)) throw new MongoFailure(15947, `a group's fields must be specified in an object`);
  if (!('_id' in spec)) throw new MongoFailure(15955, 'a group specification must include an _id');
  checkExpression(spec['_id']);
  const fields = Object.keys(spec).filter((field) => field !== '_id');
  const makers = fields.map((field) => makerOf(field, spec[field], evaluate));
  const groups = new Map<string, { id: unknown; accumulators: Accumulator[] }>();
  for (const doc of docs) {
    const id = idOf(spec['_id'], doc, evaluate) ?? null;
    const key = keyOf(id).toString('latin1');
    let found = groups.get(key);
    if (!found) {
      found = { id, accumulators: makers.map((make) => make()) };
      groups.set(key, found);
    }
    for (const accumulator of found.accumulators) accumulator.add(doc);
  }
  for (const { id, accumulators } of groups.values()) {
    const result: Doc = { _id: id };
    for (const [i, field] of fields.entries()) {
      const value = (accumulators[i] as Accumulator).result();
      define(result, field, value === none ? null : value);
    }
    yield result;
  }
}

/** A compound `_id` keeps the BSON types of its parts. */
function idOf(expression: unknown, doc: Doc, evaluate: Evaluate): unknown {
  if (!isDoc(expression) || Object.keys(expression).some((name) => name.startsWith('$')))
    return evaluate(expression, doc);
  const id: Doc = {};
  for (const [name, part] of Object.entries(expression)) {
    const value = idOf(part, doc, evaluate);
    if (value !== undefined) define(id, name, value);
  }
  return id;
}
