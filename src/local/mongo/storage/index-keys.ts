import type { Doc } from '../bson/document.js';
import { combinations, emptyArray, walk } from '../bson/index-values.js';
import { inverted, keyOf } from '../bson/key-encoding.js';
import { type Index, indexPrefix } from './catalog.js';

export interface IndexKey {
  readonly key: Buffer;
  readonly values: readonly unknown[];
}

const undefinedKey = keyOf(undefined);

function encodeKey(index: Index, values: readonly unknown[]): Buffer {
  const parts = [indexPrefix(index.id)];
  for (const [i, field] of index.fields.entries()) {
    const value = values[i];
    const key = value === emptyArray ? undefinedKey : keyOf(value === undefined ? null : value);
    parts.push(field.descending ? inverted(key) : key);
  }
  return Buffer.concat(parts);
}

/**
 * The keys under which an index holds a document; none when the index leaves it out (sparse, partial).
 *
 * @throws MongoFailure 171 for parallel arrays.
 */
export function indexKeys(index: Index, doc: Doc): { readonly keys: readonly IndexKey[]; readonly multikey: boolean } {
  if (index.partial && !index.partial.test(doc)) return { keys: [], multikey: false };
  const walks = index.fields.map((field) => walk(doc, field.path.split('.'), ''));
  const all = combinations(walks, 0);
  if (index.sparse && all.every((values) => values.every((value) => value === undefined)))
    return { keys: [], multikey: false };
  const unique = new Map<string, IndexKey>();
  for (const values of all) {
    const key = encodeKey(index, values);
    unique.set(key.toString('latin1'), {
      key,
      values: values.map((value) => (value === undefined || value === emptyArray ? null : value)),
    });
  }
  return { keys: [...unique.values()], multikey: walks.some(({ array }) => array !== undefined) };
}
