import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

/** A scalar whose input, by variable or in the document, goes through one reading. */
function scalar<T>(
  name: string,
  read: (value: unknown) => T,
  write = (value: unknown) => value as T,
): GraphQLScalarType<T, T> {
  return new GraphQLScalarType<T, T>({
    name,
    serialize: write,
    parseValue: read,
    parseLiteral: (node) => read(literal(node)),
  });
}

function literal(node: ValueNode): unknown {
  if (node.kind === Kind.INT || node.kind === Kind.FLOAT) return Number(node.value);
  return node.kind === Kind.STRING ? node.value : undefined;
}

/** RFC 3339 in, UTC with milliseconds out. */
export const DateTime = scalar('DateTime', readTime, (value) => (isWritten(value) ? value : readTime(value)));

/** Of that spelling already, as our own times are: nothing to be worked out. The day may be one that no month has. */
const written = /^\d{4}-(?:0\d|1[0-2])-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}Z$/;

function isWritten(value: unknown): value is string {
  return typeof value === 'string' && written.test(value);
}

function readTime(value: unknown): string {
  const isDate = typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(value);
  const time = isDate ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw new GraphQLError('A DateTime is RFC 3339, such as 2026-11-25T09:11:55.000Z.');
  return new Date(time).toISOString();
}

/** 0 to 2^53 - 1. */
export const SafeInt = scalar('SafeInt', (value) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new GraphQLError('A SafeInt is a whole number from 0 to 9007199254740991.');
  }
  return value as number;
});

export const Cursor = scalar('Cursor', (value) => {
  if (typeof value !== 'string') throw new GraphQLError('A Cursor is text that this API gave.');
  return value;
});
