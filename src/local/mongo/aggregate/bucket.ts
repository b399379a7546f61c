import { Int32 } from 'mongodb';
import { type Doc, isDoc } from '../bson/document.js';
import { compareValues } from '../bson/compare.js';
import { typeOrder } from '../bson/types.js';
import { MongoFailure } from '../failure.js';
import type { Evaluate } from '../query/filter.js';
import { parseSort, sortDocs } from '../query/sort.js';
import { group } from './group.js';

function boundariesOf(spec: Doc): unknown[] {
  const boundaries = spec['boundaries'];
  if (!Array.isArray(boundaries) || boundaries.length < 2)
    throw new MongoFailure(40192, `The $bucket 'boundaries' field must have at least 2 values`);
  for (const [i, value] of boundaries.entries()) {
    const before: unknown = boundaries[i - 1];
    if (i === 0) continue;
    if (typeOrder(value) !== typeOrder(before))
      throw new MongoFailure(40193, `All values in the 'boundaries' option to $bucket must have the same type`);
    if (compareValues(before, value) >= 0)
      throw new MongoFailure(40194, `The 'boundaries' option to $bucket must be sorted`);
  }
  return boundaries as unknown[];
}

/** `$bucket`: groups by the greatest boundary not above the value; what is outside goes to `default` or is an error. */
export function bucket(docs: Iterable<Doc>, spec: unknown, evaluate: Evaluate): Iterable<Doc> {
  if (!isDoc(spec)) throw new MongoFailure(40201, 'Argument to $bucket stage must be an object');
  const boundaries = boundariesOf(spec);
  const output = isDoc(spec['output']) ? spec['output'] : { count: { $sum: new Int32(1) } };
  const byBoundary: Evaluate = (expression, doc) => {
    if (expression !== bucketOf) return evaluate(expression, doc);
    const value = evaluate(spec['groupBy'], doc);
    const above = boundaries.findIndex((boundary) => compareValues(boundary, value ?? null) > 0);
    if (above > 0) return boundaries[above - 1];
    if (!('default' in spec))
      throw new MongoFailure(
        40066,
        '$switch could not find a matching branch for an input, and no default was specified.',
      );
    return spec['default'];
  };
  return sortDocs(
    group(docs, { _id: bucketOf, ...output }, byBoundary),
    parseSort({ _id: new Int32(1) }),
    (doc) => doc,
  );
}

/** Stands for the expression that finds a document's bucket. */
const bucketOf = '$bucket of the document';
