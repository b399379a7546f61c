import { type Doc, define, isDoc } from '../bson/document.js';
import { isNumeric, toNumber } from '../bson/numbers.js';
import { MongoFailure, notImplemented } from '../failure.js';
import { type Evaluate, compileFilter } from './filter.js';

type Shape = Map<string, Shape | Rule>;
type Rule = { readonly kind: 'keep' | 'drop' } | { readonly kind: 'value'; of(doc: Doc, value: unknown): unknown };

interface Parsed {
  readonly shape: Shape;
  readonly including: boolean;
  readonly id: boolean;
}

/**
 * A `find` or `$project` specification as a function of a document.
 *
 * Fields come in the order of the document, computed ones after them in the order of the specification.
 *
 * @throws MongoFailure 31253/31254 when inclusion and exclusion are mixed.
 */
export function compileProjection(spec: Doc, evaluate: Evaluate): (doc: Doc) => Doc {
  const parsed = parse(spec, evaluate);
  return (doc) => (parsed.including ? include(doc, doc, parsed.shape, parsed.id) : exclude(doc, doc, parsed.shape));
}

/** Whether a specification only names fields to keep or to drop, so that values pass through untouched. */
export function isPlainProjection(spec: Doc): boolean {
  return Object.values(spec).every((value) => typeof value === 'boolean' || isNumeric(value));
}

function parse(spec: Doc, evaluate: Evaluate): Parsed {
  const shape: Shape = new Map();
  let including: boolean | undefined;
  let id = true;
  const decide = (path: string, keep: boolean): void => {
    if (including !== undefined && including !== keep) {
      throw new MongoFailure(
        keep ? 31253 : 31254,
        `Cannot do ${keep ? 'inclusion' : 'exclusion'} on field ${path} in ${keep ? 'exclusion' : 'inclusion'} projection`,
      );
    }
    including = keep;
  };
  for (const [path, value] of flatten(spec)) {
    if (typeof value === 'boolean' || isNumeric(value)) {
      const keep = typeof value === 'boolean' ? value : toNumber(value) !== 0;
      if (path === '_id') {
        id = keep;
        if (keep && Object.keys(spec).length > 1) continue;
      } else {
        decide(path, keep);
      }
      place(shape, path, { kind: keep ? 'keep' : 'drop' });
    } else {
      const rule = ruleOf(path, value, evaluate);
      if (!(isDoc(value) && '$slice' in value)) decide(path, true);
      place(shape, path, rule);
    }
  }
  const onlyId = including === undefined && '_id' in spec && id;
  return { shape, including: including ?? onlyId, id };
}

/** `{ a: { b: 1 } }` means `{ 'a.b': 1 }`. */
function* flatten(spec: Doc, prefix = ''): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(spec)) {
    const first = isDoc(value) ? Object.keys(value)[0] : undefined;
    if (isDoc(value) && first === undefined)
      throw new MongoFailure(51270, 'An empty sub-projection is not a valid value. Found empty object at path');
    if (isDoc(value) && !first?.startsWith('$')) yield* flatten(value, `${prefix}${name}.`);
    else yield [prefix + name, value];
  }
}

function place(shape: Shape, path: string, rule: Rule): void {
  const segments = path.split('.');
  if (segments.some((segment) => segment === '$')) throw notImplemented('The positional projection');
  let current = shape;
  for (const segment of segments.slice(0, -1)) {
    const next = current.get(segment) ?? new Map<string, Shape | Rule>();
    if (!(next instanceof Map)) throw new MongoFailure(31249, `Path collision at ${path}`);
    current.set(segment, next);
    current = next;
  }
  const last = segments.at(-1) as string;
  if (current.has(last)) throw new MongoFailure(31250, `Path collision at ${path}`);
  current.set(last, rule);
}

function ruleOf(path: string, value: unknown, evaluate: Evaluate): Rule {
  if (isDoc(value) && '$slice' in value && (isNumeric(value['$slice']) || isNumberPair(value['$slice']))) {
    const slice = value['$slice'];
    return { kind: 'value', of: (_doc, current) => sliced(current, slice) };
  }
  if (isDoc(value) && '$elemMatch' in value) {
    const test = compileFilter(value['$elemMatch'] as Doc, evaluate);
    return {
      kind: 'value',
      of: (_doc, current) => {
        const found: unknown[] = Array.isArray(current) ? current.filter((item) => isDoc(item) && test(item)) : [];
        return found.length > 0 ? [found[0]] : undefined;
      },
    };
  }
  if (isDoc(value) && '$meta' in value) throw notImplemented('$meta');
  if (path === '_id' && value === undefined) throw new MongoFailure(2, 'bad projection of _id');
  return { kind: 'value', of: (doc) => evaluate(value, doc) };
}

function isNumberPair(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((item) => isNumeric(item));
}

function sliced(value: unknown, slice: unknown): unknown {
  if (!Array.isArray(value)) return value;
  if (!Array.isArray(slice)) {
    const count = toNumber(slice as number);
    return count >= 0 ? value.slice(0, count) : value.slice(count);
  }
  const [skip, limit] = slice.map((item: number) => toNumber(item)) as [number, number];
  if (limit <= 0) throw new MongoFailure(28724, 'Third argument to $slice must be positive');
  const from = skip < 0 ? Math.max(0, value.length + skip) : skip;
  return value.slice(from, from + limit);
}

function include(root: Doc, doc: Doc, shape: Shape, id: boolean, top = true): Doc {
  const result: Doc = {};
  for (const [name, value] of Object.entries(doc)) {
    const rule = shape.get(name);
    if (rule === undefined) {
      if (top && name === '_id' && id) result['_id'] = value;
    } else if (rule instanceof Map) {
      const inner = into(value, (item) => include(root, item, rule, false, false), true);
      if (inner !== undefined) define(result, name, inner);
    } else if (rule.kind === 'keep') {
      define(result, name, value);
    } else if (rule.kind === 'value') {
      const computed = rule.of(root, value);
      if (computed !== undefined) define(result, name, computed);
    }
  }
  for (const [name, rule] of shape) {
    if (Object.hasOwn(doc, name)) continue;
    const value =
      rule instanceof Map ? created(root, rule) : rule.kind === 'value' ? rule.of(root, undefined) : undefined;
    if (value !== undefined) define(result, name, value);
  }
  return result;
}

/** Computed fields below a path the document does not have. */
function created(root: Doc, shape: Shape): Doc | undefined {
  const inner = include(root, {}, shape, false, false);
  return Object.keys(inner).length > 0 ? inner : undefined;
}

function exclude(root: Doc, doc: Doc, shape: Shape): Doc {
  const result: Doc = {};
  for (const [name, value] of Object.entries(doc)) {
    const rule = shape.get(name);
    if (rule === undefined) define(result, name, value);
    else if (rule instanceof Map)
      define(
        result,
        name,
        into(value, (item) => exclude(root, item, rule), false),
      );
    else if (rule.kind === 'value') define(result, name, rule.of(root, value));
    else if (rule.kind === 'keep') define(result, name, value);
  }
  return result;
}

/** Applies to a document or to the documents of an array; anything else is dropped when including, kept when excluding. */
function into(value: unknown, apply: (doc: Doc) => Doc, dropOthers: boolean): unknown {
  if (isDoc(value)) return apply(value);
  if (!Array.isArray(value)) return dropOthers ? undefined : value;
  return value.map((item: unknown) => into(item, apply, dropOthers)).filter((item) => item !== undefined);
}
