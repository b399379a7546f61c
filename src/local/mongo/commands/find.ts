import { type Doc, encode, isDoc } from '../bson/document.js';
import { keyOf } from '../bson/key-encoding.js';
import { flag, integerOption } from '../bson/numbers.js';
import { reach } from '../bson/paths.js';
import { MongoFailure, notImplemented } from '../failure.js';
import { compileProjection } from '../query/projection.js';
import { parseSort } from '../query/sort.js';
import { toShell } from '../bson/shell.js';
import type { Collection, Index } from '../storage/catalog.js';
import { count, type Found, type Query, select } from '../storage/select.js';
import { type CommandContext, namespaceOf, refuseCollation } from './context.js';
import { cursorOver } from './cursors.js';

/** First batches hold 101 documents, as MongoDB's do. */
export const firstBatchSize = 101;

export function filterOf(value: unknown): Doc {
  if (value === undefined || value === null) return {};
  if (!isDoc(value)) throw new MongoFailure(14, 'the filter must be an object');
  return value;
}

/** @throws MongoFailure 2 when the hint names no index. */
export function hintOf(collection: Collection | undefined, hint: unknown): Index | undefined {
  if (hint === undefined || !collection || (isDoc(hint) && ('$natural' in hint || Object.keys(hint).length === 0)))
    return undefined;
  const found = collection.indexes.find((index) =>
    isDoc(hint) ? toShell(hint) === toShell(index.spec['key']) : index.name === hint,
  );
  if (!found)
    throw new MongoFailure(
      2,
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    );
  return found;
}

/** The query of a `find`, `count` or `explain`. */
export function queryOf({ command, side, evaluate, tick }: CommandContext, ns: string, filter: unknown): Query {
  refuseCollation(command);
  for (const name of ['min', 'max', 'returnKey', 'showRecordId'])
    if (name in command && command[name] !== false) throw notImplemented(`'${name}'`);
  const skip = integerOption(command['skip'], 0);
  if (skip < 0) throw new MongoFailure(51024, `BSON field 'skip' value must be >= 0, actual value '${skip}'`);
  const hint = command['hint'];
  const natural = isDoc(command['sort']) ? command['sort']['$natural'] : isDoc(hint) ? hint['$natural'] : undefined;
  return {
    filter: filterOf(filter),
    sort: natural === undefined || (isDoc(hint) && '$natural' in hint) ? parseSort(command['sort']) : [],
    skip,
    limit: Math.abs(integerOption(command['limit'], 0)),
    hint: hintOf(side.catalog.find(ns), hint),
    backwards: natural !== undefined && integerOption(natural, 1) < 0,
    evaluate,
    tick,
  };
}

function* bodies(found: Iterable<Found>, project: ((doc: Doc) => Doc) | undefined): Generator<Buffer> {
  for (const item of found) yield project ? encode(project(item.doc)) : item.body;
}

export function batchSizeOf(value: unknown, otherwise: number): number {
  const size = integerOption(value, otherwise);
  if (size < 0) throw new MongoFailure(51024, `BSON field 'batchSize' value must be >= 0, actual value '${size}'`);
  return size;
}

export async function find(context: CommandContext): Promise<Doc> {
  const { command, side, session, inTransaction, signal } = context;
  const ns = namespaceOf(context);
  if (flag(command['tailable'])) throw notImplemented('A tailable cursor');
  const projection = command['projection'];
  const project =
    isDoc(projection) && Object.keys(projection).length > 0
      ? compileProjection(projection, context.evaluate)
      : undefined;
  const found = select(side, side.catalog.find(ns), queryOf(context, ns, command['filter']));
  const cursor = cursorOver(ns, bodies(found, project), { session, inTransaction });
  return context.cursors.first(
    cursor,
    batchSizeOf(command['batchSize'], firstBatchSize),
    flag(command['singleBatch']),
    signal,
  );
}

export function countCommand(context: CommandContext): Doc {
  const ns = namespaceOf(context);
  return { n: count(context.side, context.side.catalog.find(ns), queryOf(context, ns, context.command['query'])) };
}

/** `distinct`: the values of a path, arrays by their elements, in MongoDB's order when an index would give it. */
export function distinct(context: CommandContext): Doc {
  const { command, side } = context;
  const ns = namespaceOf(context);
  const path = command['key'];
  if (typeof path !== 'string')
    throw new MongoFailure(14, `BSON field 'distinct.key' is the wrong type, expected type 'string'`);
  const segments = path.split('.');
  const values = new Map<string, unknown>();
  for (const { doc } of select(side, side.catalog.find(ns), queryOf(context, ns, command['query']))) {
    for (const value of reach(doc, segments)) {
      for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
        const key = item === undefined ? undefined : keyOf(item).toString('latin1');
        if (key !== undefined && !values.has(key)) values.set(key, item);
      }
    }
  }
  return { values: [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value) };
}
