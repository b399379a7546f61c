import { copy, type Doc, define, isDoc } from '../bson/document.js';
import { Long } from 'mongodb';
import { flag, isNumeric, toNumber } from '../bson/numbers.js';
import { MongoFailure } from '../failure.js';
import type { Evaluate } from '../query/filter.js';
import { valueAt } from '../bson/paths.js';
import { setAt, unsetAt } from '../update/target.js';

/** `$addFields`: computed values put into a copy; a value that is missing removes the field. */
export function addFields(doc: Doc, spec: Doc, evaluate: Evaluate): Doc {
  const result = copy(doc);
  for (const [path, expression] of Object.entries(spec)) assign(result, path.split('.'), expression, doc, evaluate);
  return result;
}

function assign(target: Doc, segments: readonly string[], expression: unknown, doc: Doc, evaluate: Evaluate): void {
  if (isDoc(expression) && Object.keys(expression).length > 0 && !Object.keys(expression)[0]?.startsWith('$')) {
    for (const [name, inner] of Object.entries(expression))
      assign(target, [...segments, ...name.split('.')], inner, doc, evaluate);
    return;
  }
  write(target, segments, evaluate(expression, doc));
}

/** Into documents and each document of an array; what stands in the way is replaced by a document. */
function write(target: Doc, segments: readonly string[], value: unknown): void {
  const [name, ...rest] = segments as [string, ...string[]];
  if (rest.length === 0) {
    if (value === undefined) delete target[name];
    else define(target, name, value);
    return;
  }
  const inner = Object.hasOwn(target, name) ? target[name] : undefined;
  if (Array.isArray(inner)) {
    define(
      target,
      name,
      inner.map((item: unknown) => written(item, rest, value)),
    );
  } else {
    define(target, name, written(inner, rest, value));
  }
}

function written(item: unknown, rest: readonly string[], value: unknown): unknown {
  if (Array.isArray(item)) return item.map((inner: unknown) => written(inner, rest, value));
  const result = isDoc(item) ? item : {};
  write(result, rest, value);
  return result;
}

/** @throws MongoFailure 40228 when the expression is no document. */
export function replaceRoot(doc: Doc, expression: unknown, evaluate: Evaluate): Doc {
  const root = evaluate(expression, doc);
  if (!isDoc(root)) throw new MongoFailure(40228, `'newRoot' expression must evaluate to an object`);
  return root;
}

/** `$unwind`, with `preserveNullAndEmptyArrays` and `includeArrayIndex`. */
export function* unwind(docs: Iterable<Doc>, spec: unknown): Generator<Doc> {
  const path = isDoc(spec) ? spec['path'] : spec;
  if (typeof path !== 'string' || !path.startsWith('$'))
    throw new MongoFailure(28818, `path option to $unwind stage should be prefixed with a '$'`);
  const preserve = isDoc(spec) && flag(spec['preserveNullAndEmptyArrays']);
  const counter = isDoc(spec) ? spec['includeArrayIndex'] : undefined;
  const segments = path.slice(1).split('.');
  const numbered = (doc: Doc, i: number | null): Doc => {
    if (typeof counter === 'string') setAt(doc, counter.split('.'), i === null ? null : Long.fromNumber(i));
    return doc;
  };
  for (const doc of docs) {
    const value = valueAt(doc, path.slice(1));
    if (Array.isArray(value) && value.length > 0) {
      for (const [i, item] of value.entries()) {
        const result = copy(doc);
        setAt(result, segments, item);
        yield numbered(result, i);
      }
    } else if (Array.isArray(value) || value === null || value === undefined) {
      if (!preserve) continue;
      const result = copy(doc);
      if (Array.isArray(value)) unsetAt(result, segments);
      yield numbered(result, null);
    } else {
      yield numbered(copy(doc), null);
    }
  }
}

/** `$sample`: `size` documents; each set of them is as likely as every other. */
export function sample(docs: Iterable<Doc>, spec: unknown): Doc[] {
  const size = isDoc(spec) && isNumeric(spec['size']) ? toNumber(spec['size']) : -1;
  if (!Number.isInteger(size) || size < 1)
    throw new MongoFailure(28747, 'size argument to $sample must be a positive integer');
  const all = [...docs];
  for (let i = 0; i < Math.min(size, all.length); i++) {
    const j = i + Math.floor(Math.random() * (all.length - i));
    [all[i], all[j]] = [all[j] as Doc, all[i] as Doc];
  }
  return all.slice(0, size);
}
