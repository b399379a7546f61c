import type { Handle } from './handle.js';
import type { Collection } from './catalog.js';
import type { Plan, Range } from './plan.js';
import { recordsPerCollection } from './schema.js';

export interface Row {
  readonly rid: number;
  readonly body: Buffer;
}

const firstChunk = 16;
const largestChunk = 512;
const chunkBytes = 4 * 1024 * 1024;

/** Rows are read in chunks, few at first; no chunk is expected to be larger than 4 MiB by the size of those before. */
function nextChunk(rows: readonly (readonly unknown[])[], current: number): number {
  let bytes = 0;
  for (const row of rows) bytes += (row[2] as Buffer).length;
  const fitting = Math.floor(chunkBytes / Math.max(1, bytes / Math.max(1, rows.length)));
  return Math.max(1, Math.min(current * 4, largestChunk, fitting));
}

const select = 'select e.key, e.rid, d.body from entries e cross join documents d on d.rid = e.rid';

function* scanRange(handle: Handle, { low, high }: Range, backwards: boolean): Generator<Row> {
  const order = backwards ? 'order by e.key desc, e.rid desc limit ?' : 'order by e.key, e.rid limit ?';
  let limit = firstChunk;
  let rows = handle.sql(`${select} where e.key >= ? and e.key < ? ${order}`).all(low, high, limit);
  const further = backwards
    ? handle.sql(`${select} where e.key >= ? and (e.key, e.rid) < (?, ?) ${order}`)
    : handle.sql(`${select} where e.key < ? and (e.key, e.rid) > (?, ?) ${order}`);
  for (;;) {
    for (const [, rid, body] of rows) yield { rid: rid as number, body: body as Buffer };
    if (rows.length < limit) return;
    const last = rows.at(-1) as readonly unknown[];
    limit = nextChunk(rows, limit);
    rows = further.all(backwards ? low : high, last[0], last[1], limit);
  }
}

function* scanCollection(handle: Handle, collection: Collection, backwards: boolean): Generator<Row> {
  const first = collection.id * recordsPerCollection;
  let [low, high] = [first - 1, first + recordsPerCollection];
  let limit = firstChunk;
  const statement = handle.sql(
    `select 0, rid, body from documents where rid > ? and rid < ? order by rid ${backwards ? 'desc' : ''} limit ?`,
  );
  for (;;) {
    const rows = statement.all(low, high, limit);
    for (const [, rid, body] of rows) yield { rid: rid as number, body: body as Buffer };
    if (rows.length < limit) return;
    const last = rows.at(-1)?.[1] as number;
    if (backwards) high = last;
    else low = last;
    limit = nextChunk(rows, limit);
  }
}

/** The rows of a plan, each once; what is written meanwhile may or may not be among them. */
export function* scan(handle: Handle, collection: Collection, plan: Plan, backwards = false): Generator<Row> {
  if (!plan.index) {
    yield* scanCollection(handle, collection, backwards);
    return;
  }
  const seen = plan.index.multikey ? new Set<number>() : undefined;
  for (const range of plan.ranges) {
    for (const row of scanRange(handle, range, plan.backwards)) {
      if (seen?.has(row.rid)) continue;
      seen?.add(row.rid);
      yield row;
    }
  }
}

/** How many entries the ranges of a plan hold. */
export function countEntries(handle: Handle, ranges: readonly Range[]): number {
  const statement = handle.sql('select count(*) from entries where key >= ? and key < ?');
  return ranges.reduce((sum, { low, high }) => sum + (statement.get(low, high)?.[0] as number), 0);
}

export function countDocuments(handle: Handle, collection: Collection): number {
  const first = collection.id * recordsPerCollection;
  return handle
    .sql('select count(*) from documents where rid >= ? and rid < ?')
    .get(first, first + recordsPerCollection)?.[0] as number;
}
