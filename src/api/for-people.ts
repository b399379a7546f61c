import type { Context } from './context.js';
import { ownerOf } from './viewer.js';

type Field = (parent: never, args: never, context: Context, info: never) => unknown;

/**
 * Root fields that a runner's token does not open: each is asked for only after
 * the viewer was found to be a person.
 *
 * @throws GraphQLError FORBIDDEN, from each field, for a runner
 */
export function forPeople<T extends object>(fields: T): T {
  const entries = Object.entries(fields).map(([name, field]) => [
    name,
    typeof field === 'function' ? guarded(field as Field) : { ...field, subscribe: guarded(field.subscribe as Field) },
  ]);
  return Object.fromEntries(entries) as T;
}

function guarded(field: Field): Field {
  return (parent, args, context, info) => {
    ownerOf(context.viewer);
    return field(parent, args, context, info);
  };
}
