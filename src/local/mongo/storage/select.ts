import { decode, type Doc } from '../bson/document.js';
import { keyOf } from '../bson/key-encoding.js';
import { compileFilter, type Evaluate } from '../query/filter.js';
import { type SortField, sortDocs } from '../query/sort.js';
import { type Catalog, type Collection, type Index, indexPrefix } from './catalog.js';
import type { Handle } from './handle.js';
import { choosePlan, type Plan } from './plan.js';
import { countDocuments, countEntries, scan } from './scan.js';

/** One of the two views of the database: what is committed, or what the writer sees. */
export interface Side {
  readonly handle: Handle;
  readonly catalog: Catalog;
}

export interface Query {
  readonly filter: Doc;
  readonly sort?: readonly SortField[];
  readonly skip?: number;
  /** 0 means no limit. */
  readonly limit?: number;
  readonly hint?: Index | undefined;
  /** Reads a collection without order from its end. */
  readonly backwards?: boolean;
  readonly evaluate: Evaluate;
  /** Called for each document looked at; may throw to end a long query. */
  readonly tick: () => void;
}

/** A document found, decoded when somebody asks. */
export class Found {
  #doc: Doc | undefined;

  constructor(
    readonly rid: number,
    readonly body: Buffer,
  ) {}

  get doc(): Doc {
    this.#doc ??= decode(this.body);
    return this.#doc;
  }
}

function* matching(
  side: Side,
  collection: Collection,
  plan: Plan,
  { filter, evaluate, tick, backwards }: Query,
): Generator<Found> {
  const test = compileFilter(filter, evaluate);
  const all = plan.exact || Object.keys(filter).length === 0;
  for (const { rid, body } of scan(side.handle, collection, plan, backwards)) {
    tick();
    const found = new Found(rid, body);
    if (all || test(found.doc)) yield found;
  }
}

function* slice<T>(items: Iterable<T>, skip: number, limit: number): Generator<T> {
  let at = 0;
  for (const item of items) {
    if (at++ < skip) continue;
    yield item;
    if (limit > 0 && at >= skip + limit) return;
  }
}

export function planOf(collection: Collection, { filter, sort = [], hint, backwards }: Query): Plan {
  return backwards && sort.length === 0
    ? { index: undefined, ranges: [], backwards: false, sorted: true, exact: false, bounded: [] }
    : choosePlan(collection, filter, sort, hint);
}

/**
 * The documents of a query, in its order, read bit by bit where an index gives that order.
 *
 * @throws MongoFailure for a filter MongoDB refuses, before the first document.
 */
export function select(side: Side, collection: Collection | undefined, query: Query): Iterable<Found> {
  compileFilter(query.filter, query.evaluate);
  if (!collection) return [];
  const { sort = [], skip = 0, limit = 0 } = query;
  const plan = planOf(collection, query);
  const found = matching(side, collection, plan, query);
  if (plan.sorted) return slice(found, skip, limit);
  return slice(
    sortDocs(found, sort, ({ doc }) => doc, limit > 0 ? skip + limit : Infinity),
    skip,
    limit,
  );
}

/** How many documents match; without reading them where the index knows. */
export function count(side: Side, collection: Collection | undefined, query: Query): number {
  if (!collection) return 0;
  const { skip = 0, limit = 0 } = query;
  const clip = (n: number): number => (limit > 0 ? Math.min(limit, Math.max(0, n - skip)) : Math.max(0, n - skip));
  if (Object.keys(query.filter).length === 0) return clip(countDocuments(side.handle, collection));
  compileFilter(query.filter, query.evaluate);
  const plan = planOf(collection, query);
  if (plan.index && plan.exact) return clip(countEntries(side.handle, plan.ranges));
  let n = 0;
  for (const _found of select(side, collection, { ...query, sort: [] })) n++;
  return n;
}

/** The document with this `_id`. */
export function byId(side: Side, collection: Collection, id: unknown): Found | undefined {
  const index = collection.indexes[0] as Index;
  const key = Buffer.concat([indexPrefix(index.id), keyOf(id)]);
  const row = side.handle
    .sql('select d.rid, d.body from entries e cross join documents d on d.rid = e.rid where e.key = ?')
    .get(key);
  return row && new Found(row[0] as number, row[1] as Buffer);
}
