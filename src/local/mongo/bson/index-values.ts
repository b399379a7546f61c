import { isDoc, own } from './document.js';
import { isIndex } from './paths.js';
import { MongoFailure } from '../failure.js';

/** One field's way through a document: what was reached, and what is left to go. */
export interface Walk {
  readonly value: unknown;
  readonly rest: readonly string[];
  /** Where a walk stopped at an array, by path; undefined once it is at its end. */
  readonly array: string | undefined;
}

/** Goes as far as there is no array. */
export function walk(value: unknown, rest: readonly string[], trail: string): Walk {
  let current = value;
  for (let i = 0; ; i++) {
    const segment = rest[i];
    if (Array.isArray(current)) {
      if (segment !== undefined && isIndex(segment) && !current.some((item) => isDoc(item) && segment in item)) {
        current = current[Number(segment)] as unknown;
        if (i === rest.length - 1 && Array.isArray(current))
          return { value: current.length === 0 ? emptyArray : current, rest: [], array: undefined };
        continue;
      }
      return { value: current, rest: rest.slice(i), array: [trail, ...rest.slice(0, i)].join('.') };
    }
    if (segment === undefined) return { value: current, rest: [], array: undefined };
    if (!isDoc(current)) return { value: undefined, rest: [], array: undefined };
    current = own(current, segment);
  }
}

/** Documents with arrays have one combination for each element; two arrays side by side are refused, as MongoDB does. */
export function combinations(walks: readonly Walk[], depth: number): unknown[][] {
  const arrays = new Set(walks.flatMap(({ array }) => (array === undefined ? [] : [array])));
  if (arrays.size === 0) return [walks.map(({ value }) => value)];
  if (arrays.size > 1 || depth > 100) {
    const [first, second] = [...arrays];
    throw new MongoFailure(171, `cannot index parallel arrays [${second ?? ''}] [${first ?? ''}]`);
  }
  const [array] = [...arrays];
  const items = walks.find((each) => each.array === array)?.value as unknown[];
  const step = (item: unknown, each: Walk): Walk => {
    if (each.array !== array) return each;
    return each.rest.length === 0
      ? { value: item, rest: [], array: undefined }
      : walk(isDoc(item) ? item : undefined, each.rest, `${array}[]`);
  };
  if (items.length === 0) {
    return [walks.map((each) => (each.array !== array ? each.value : each.rest.length === 0 ? emptyArray : undefined))];
  }
  return items.flatMap((item) =>
    combinations(
      walks.map((each) => step(item, each)),
      depth + 1,
    ),
  );
}

/** What stands in the index for an empty array: below null, above MinKey. */
export const emptyArray = Symbol('empty array');

/** The values by which a field sorts a document: one, or one for each element of the array on its way. */
export function sortValues(
  doc: unknown,
  path: string,
): { readonly values: readonly unknown[]; readonly array: string | undefined } {
  const start = walk(doc, path.split('.'), '');
  return { values: combinations([start], 0).map(([value]) => value), array: start.array };
}
