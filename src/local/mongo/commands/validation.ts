import { makeEvaluate } from '../aggregate/evaluate.js';
import { type Doc, isDoc } from '../bson/document.js';
import { flag } from '../bson/numbers.js';
import { MongoFailure } from '../failure.js';
import { compileFilter, type Predicate } from '../query/filter.js';
import type { Collection } from '../storage/catalog.js';

const compiled = new WeakMap<Doc, Predicate>();

/**
 * Holds a document to the collection's validator.
 *
 * @param before the document it replaces: with `moderate` validation one that was invalid may stay so.
 * @throws MongoFailure 121
 */
export function checkDocument(collection: Collection, doc: Doc, before?: Doc, bypass?: unknown): void {
  const { validator, validationLevel, validationAction } = collection.options;
  if (!isDoc(validator) || validationLevel === 'off' || validationAction === 'warn' || flag(bypass)) return;
  let test = compiled.get(validator);
  if (!test) {
    test = compileFilter(validator, makeEvaluate());
    compiled.set(validator, test);
  }
  if (test(doc) || (validationLevel === 'moderate' && before && !test(before))) return;
  throw new MongoFailure(121, 'Document failed validation', {
    errInfo: { failingDocumentId: doc['_id'], details: { operatorName: Object.keys(validator)[0] } },
  });
}
