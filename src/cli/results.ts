import type { GladosClient } from '../client/client.js';
import { ResultsDocument } from '../client/generated/graphql.js';
import { noSuchExperiment } from './experiment-id.js';
import { Failure } from './failures.js';

export interface Results {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const pageSize = 100;
const attempts = 5;

/**
 * Every row of an experiment's results.
 *
 * A trial that ends meanwhile may bring a new column, which moves the others:
 * then reading begins again.
 *
 * @throws Failure when there is no such experiment, or columns changed five times
 */
export async function readResults(client: GladosClient, id: string): Promise<Results> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const results = await readOnce(client, id);
    if (results) return results;
  }
  throw new Failure('The results change faster than they can be read. Try again when the experiment has ended.');
}

async function readOnce(client: GladosClient, id: string): Promise<Results | undefined> {
  const rows: (readonly string[])[] = [];
  let columns: readonly string[] | undefined;
  let after: string | null = null;
  for (;;) {
    const page: Awaited<ReturnType<typeof readPage>> = await readPage(client, id, after);
    if (columns && columns.join('\n') !== page.columns.join('\n')) return undefined;
    columns = page.columns;
    rows.push(...page.rows);
    if (!page.pageInfo.hasNextPage) return { columns, rows };
    after = page.pageInfo.endCursor;
  }
}

async function readPage(client: GladosClient, id: string, after: string | null) {
  const { experiment } = await client.request(ResultsDocument, { id, first: pageSize, after });
  if (!experiment) throw noSuchExperiment(id);
  return experiment.results;
}

/** One object per row; of two columns with one name the later wins. */
export function asRecords({ columns, rows }: Results): Record<string, string>[] {
  return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? ''])));
}
