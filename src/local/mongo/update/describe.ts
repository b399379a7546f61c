import { type Doc, isDoc } from '../bson/document.js';
import { keyOf } from '../bson/key-encoding.js';
import { isNumeric } from '../bson/numbers.js';
import { typeNumberOf } from '../bson/types.js';

/** What a change event says an update did. */
export interface Description {
  readonly updatedFields: Doc;
  readonly removedFields: string[];
  readonly truncatedArrays: { field: string; newSize: number }[];
}

/** The difference of two versions of a document, as MongoDB's change events put it. */
export function describeUpdate(before: Doc, after: Doc): Description {
  const description: Description = { updatedFields: {}, removedFields: [], truncatedArrays: [] };
  compareDocs(before, after, '', description);
  return description;
}

function compareDocs(before: Doc, after: Doc, prefix: string, into: Description): void {
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) into.removedFields.push(prefix + name);
  for (const [name, value] of Object.entries(after)) {
    if (!Object.hasOwn(before, name)) into.updatedFields[prefix + name] = value;
    else compareMember(before[name], value, prefix + name, into);
  }
}

function compareMember(old: unknown, value: unknown, path: string, into: Description): void {
  if (same(old, value)) return;
  if (isDoc(old) && isDoc(value) && keepsOrder(old, value)) compareDocs(old, value, `${path}.`, into);
  else if (Array.isArray(old) && Array.isArray(value)) compareArrays(old, value, path, into);
  else into.updatedFields[path] = value;
}

/** A document whose surviving fields changed places cannot be told by its fields. */
function keepsOrder(old: Doc, value: Doc): boolean {
  const kept = Object.keys(old).filter((name) => Object.hasOwn(value, name));
  const first = Object.keys(value).slice(0, kept.length);
  return kept.length > 0 && kept.every((name, i) => name === first[i]);
}

function compareArrays(old: readonly unknown[], value: readonly unknown[], path: string, into: Description): void {
  const common = Math.min(old.length, value.length);
  const changed = Array.from({ length: common }, (_, i) => i).filter((i) => !same(old[i], value[i]));
  if (common === 0 || changed.length > common / 2) {
    into.updatedFields[path] = value;
    return;
  }
  if (value.length < old.length) into.truncatedArrays.push({ field: path, newSize: value.length });
  for (const i of changed) compareMember(old[i], value[i], `${path}.${i}`, into);
  for (let i = common; i < value.length; i++) into.updatedFields[`${path}.${i}`] = value[i];
}

/** Equal in value and in BSON type: 1 and 1.0 differ here. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (isDoc(a) && isDoc(b)) {
    const names = Object.keys(a);
    const others = Object.keys(b);
    return names.length === others.length && names.every((name, i) => name === others[i] && same(a[name], b[name]));
  }
  if (isNumeric(a) && typeNumberOf(a) === 19 && typeNumberOf(b) === 19) return String(a) === String(b);
  return typeNumberOf(a) === typeNumberOf(b) && keyOf(a).equals(keyOf(b));
}
