import { encodeCursor } from '../paging.js';
import { readResults, type ResultRow } from '../result-rows.js';
import type { Context } from '../context.js';
import type { ResultTableResolvers } from '../generated/resolvers.js';
import type { ResultTableSource } from '../sources.js';

interface Table {
  readonly header: string[];
  readonly rows: readonly ResultRow[];
  readonly more: boolean;
}

const tables = new WeakMap<ResultTableSource, Promise<Table>>();

/** Reads the page once, however many of its fields are asked for. */
function tableOf(source: ResultTableSource, { store }: Context): Promise<Table> {
  const known = tables.get(source);
  if (known) return known;
  const table = read(source, store.trials);
  tables.set(source, table);
  return table;
}

async function read(
  { experiment, first, after }: ResultTableSource,
  trials: Context['store']['trials'],
): Promise<Table> {
  const { header, rows } = await readResults(trials, experiment, after + 1);
  const taken: ResultRow[] = [];
  for await (const row of rows) {
    taken.push(row);
    if (taken.length > first) break;
  }
  return { header, rows: taken.slice(0, first), more: taken.length > first };
}

function cursorOf(row: ResultRow | undefined): string | null {
  return row ? encodeCursor(row.index) : null;
}

export const ResultTable: ResultTableResolvers = {
  columns: async (source, _args, context) => (await tableOf(source, context)).header,
  rows: async (source, _args, context) => (await tableOf(source, context)).rows.map((row) => [...row.cells]),
  totalCount: ({ experiment: { counts } }) => counts.succeeded + counts.failed + counts.timedOut,
  async pageInfo(source, _args, context) {
    const { rows, more } = await tableOf(source, context);
    return {
      hasNextPage: more,
      hasPreviousPage: source.after >= 0,
      startCursor: cursorOf(rows[0]),
      endCursor: cursorOf(rows.at(-1)),
    };
  },
};
