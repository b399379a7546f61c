import { isDoc, own } from './document.js';

const index = /^(?:0|[1-9]\d*)$/;

export function isIndex(segment: string): boolean {
  return index.test(segment);
}

/** An array found by its position in another array: it counts as itself, not by its elements. */
export class Positional extends Array<unknown> {}

/**
 * Every value a dotted path of a query reaches, `undefined` for one that is missing.
 *
 * Arrays on the way are entered both by position and into each of their documents. An array at the end is one value:
 * whether its elements count as well is the operator's business.
 */
export function reach(value: unknown, segments: readonly string[], at = 0, found: unknown[] = []): unknown[] {
  const segment = segments[at];
  if (segment === undefined) {
    found.push(value);
  } else if (Array.isArray(value)) {
    if (isIndex(segment) && Number(segment) < value.length) {
      const item: unknown = value[Number(segment)];
      if (at === segments.length - 1 && Array.isArray(item)) found.push(Positional.from(item));
      else reach(item, segments, at + 1, found);
    }
    for (const item of value) if (isDoc(item)) reach(item, segments, at, found);
  } else if (isDoc(value) && Object.hasOwn(value, segment)) {
    reach(value[segment], segments, at + 1, found);
  } else {
    found.push(undefined);
  }
  return found;
}

/** What a path without arrays leads to. */
export function valueAt(value: unknown, path: string): unknown {
  let current = value;
  for (const segment of path.split('.')) current = isDoc(current) ? own(current, segment) : undefined;
  return current;
}
