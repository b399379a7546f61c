import type { Page, PageRequest } from '../store/pages.js';
import { badInput } from './refusals.js';

/** Arguments of a connection, as they arrive. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

const defaultSize = 50;
const largestSize = 100;

/** How many rows a page holds. @throws GraphQLError BAD_USER_INPUT outside 0 to 100 */
export function pageSize(name: string, size: number | null | undefined): number {
  const wanted = size ?? defaultSize;
  if (wanted < 0 || wanted > largestSize) throw badInput(`${name} is 0 to ${largestSize}; ${wanted} was asked for.`);
  return wanted;
}

/**
 * Reads the arguments of a connection; `read` decodes the place that a cursor names.
 *
 * @throws GraphQLError BAD_USER_INPUT
 * @see GraphQL Cursor Connections Specification, 4.
 */
export function pageRequest<C>(
  { first, after, last, before }: PageArguments,
  read: (place: unknown) => C | undefined,
): PageRequest<C> {
  if (first != null && last != null) throw badInput('Ask for first or last, not for both.');
  const place = (name: string, cursor: string | null | undefined) => {
    if (cursor == null) return {};
    const decoded = read(decodeCursor(cursor));
    if (decoded === undefined) throw badInput(`${name} is not a cursor of this list.`);
    return { [name]: decoded };
  };
  return {
    limit: last == null ? pageSize('first', first) : pageSize('last', last),
    fromEnd: last != null,
    ...place('after', after),
    ...place('before', before),
  };
}

/** A page as a connection of the schema; `place` is what a node's cursor carries, `node` what it resolves to. */
export function connection<T, N>(page: Page<T>, place: (item: T) => unknown, node: (item: T) => N) {
  const cursorOf = (item: T | undefined): string | null => (item === undefined ? null : encodeCursor(place(item)));
  const nodes = page.items.map(node);
  return {
    // Made when they are read: most ask for no edges.
    get edges() {
      return page.items.map((item, index) => ({ cursor: encodeCursor(place(item)), node: nodes[index] as N }));
    },
    nodes,
    pageInfo: {
      hasNextPage: page.hasNext,
      hasPreviousPage: page.hasPrevious,
      get startCursor() {
        return cursorOf(page.items[0]);
      },
      get endCursor() {
        return cursorOf(page.items.at(-1));
      },
    },
    totalCount: page.totalCount,
  };
}

export function encodeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The place that a cursor carries; undefined when it carries none. */
export function decodeCursor(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown;
  } catch {
    // Not one of ours: the caller says so with the argument's name.
    return undefined;
  }
}

/** A place that is an index. */
export function readIndex(place: unknown): number | undefined {
  return Number.isSafeInteger(place) ? (place as number) : undefined;
}
