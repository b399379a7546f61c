import { BSONRegExp, ObjectId } from 'mongodb';
import { copy, type Doc, isDoc } from '../bson/document.js';
import { equalValues } from '../bson/compare.js';
import { MongoFailure } from '../failure.js';
import { compileFilter, type Evaluate, type Predicate } from '../query/filter.js';
import { isOperatorDoc } from '../query/operators.js';
import { applyOperators, checkUpdate, needsPosition } from './operators.js';
import { matchedPosition } from './position.js';
import { setAt } from './target.js';

export type UpdateKind = 'operators' | 'pipeline' | 'replacement';

/** An update command's `u`, checked and ready to be applied. */
export interface Update {
  readonly kind: UpdateKind;
  /** The document after the update; `doc` stays as it is. */
  apply(doc: Doc): Doc;
  /** The document an upsert inserts when the filter matches none. */
  upsert(): Doc;
}

interface UpdateNeeds {
  readonly filter: Doc;
  readonly update: unknown;
  readonly arrayFilters: unknown;
  readonly evaluate: Evaluate;
  /** Runs an aggregation pipeline on one document. */
  readonly pipeline: (stages: readonly unknown[], doc: Doc) => Doc;
}

function kindOf(update: unknown): UpdateKind {
  if (Array.isArray(update)) return 'pipeline';
  if (!isDoc(update)) throw new MongoFailure(9, 'Update argument must be either an object or an array');
  return Object.keys(update)[0]?.startsWith('$') ? 'operators' : 'replacement';
}

function filtersByIdentifier(arrayFilters: unknown, evaluate: Evaluate): Map<string, Predicate> {
  const result = new Map<string, Predicate>();
  for (const filter of Array.isArray(arrayFilters) ? (arrayFilters as unknown[]) : []) {
    const identifier = isDoc(filter) ? identifierOf(filter) : undefined;
    if (identifier === undefined)
      throw new MongoFailure(9, 'Cannot use an expression without a top-level field name in arrayFilters');
    if (result.has(identifier))
      throw new MongoFailure(9, `Found multiple array filters with the same top-level field name ${identifier}`);
    result.set(identifier, compileFilter(filter as Doc, evaluate));
  }
  return result;
}

function identifierOf(filter: Doc): string | undefined {
  for (const [name, operand] of Object.entries(filter)) {
    if (!name.startsWith('$')) return name.split('.')[0];
    const inner: unknown = Array.isArray(operand) ? operand[0] : undefined;
    if (isDoc(inner)) return identifierOf(inner);
  }
  return undefined;
}

/** The equalities of a filter, which an upsert starts from. */
function seed(filter: Doc, doc: Doc): void {
  for (const [name, operand] of Object.entries(filter)) {
    if (name === '$and' && Array.isArray(operand)) for (const clause of operand) if (isDoc(clause)) seed(clause, doc);
    if (name === '$or' && Array.isArray(operand) && operand.length === 1 && isDoc(operand[0])) seed(operand[0], doc);
    if (name.startsWith('$')) continue;
    const value = equality(operand);
    if (value !== undefined) setAt(doc, name.split('.'), copy(value));
  }
}

function equality(operand: unknown): unknown {
  if (operand instanceof BSONRegExp) return undefined;
  if (!isOperatorDoc(operand)) return operand;
  if ('$eq' in operand) return operand['$eq'];
  const all = operand['$all'] ?? operand['$in'];
  return Array.isArray(all) && all.length === 1 ? all[0] : undefined;
}

function checkReplacement(replacement: Doc): void {
  const dollar = Object.keys(replacement).find((name) => name.startsWith('$'));
  if (dollar !== undefined)
    throw new MongoFailure(
      52,
      `The dollar ($) prefixed field '${dollar}' in '${dollar}' is not allowed in the context of an update's replacement document.`,
    );
}

function idFirst(doc: Doc): Doc {
  const { _id, ...rest } = doc;
  return { _id: _id === undefined ? new ObjectId() : _id, ...rest };
}

/**
 * Parses an update.
 *
 * @throws MongoFailure 9, 40, 52 for one MongoDB refuses, before any document is looked at.
 */
export function compileUpdate({ filter, update, arrayFilters, evaluate, pipeline }: UpdateNeeds): Update {
  const kind = kindOf(update);
  const filters = filtersByIdentifier(arrayFilters, evaluate);
  const positional = kind === 'operators' && needsPosition(update as Doc);
  if (kind === 'operators') checkUpdate(update as Doc);
  if (kind === 'replacement') checkReplacement(update as Doc);
  const change = (doc: Doc, inserting: boolean): Doc => {
    if (kind === 'pipeline') return pipeline(update as unknown[], doc);
    if (kind === 'replacement') {
      const replacement = copy(update as Doc);
      const id = replacement['_id'] ?? doc['_id'];
      return id === undefined ? replacement : { _id: id, ...replacement };
    }
    const result = copy(doc);
    const position = positional && !inserting ? matchedPosition(filter, doc, evaluate) : undefined;
    applyOperators(result, update as Doc, {
      positionals: { position, filters },
      evaluate,
      inserting,
      now: new Date(),
    });
    return result;
  };
  return {
    kind,
    apply(doc) {
      const result = change(doc, false);
      if (!equalValues(result['_id'], doc['_id'])) {
        throw new MongoFailure(66, `Performing an update on the path '_id' would modify the immutable field '_id'`);
      }
      return result;
    },
    upsert() {
      const start: Doc = {};
      seed(filter, start);
      const id = start['_id'];
      const result = idFirst(change(start, true));
      if (id !== undefined && !equalValues(id, result['_id'])) {
        throw new MongoFailure(66, `Performing an update on the path '_id' would modify the immutable field '_id'`);
      }
      return result;
    },
  };
}
