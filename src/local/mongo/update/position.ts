import { type Doc, isDoc, own } from '../bson/document.js';
import { compileFilter, type Evaluate } from '../query/filter.js';
import { isOperatorDoc } from '../query/operators.js';

/**
 * The index of the array element by which a filter matched, for the `$` of an update path.
 *
 * The first condition that goes through an array decides.
 */
export function matchedPosition(filter: Doc, doc: Doc, evaluate: Evaluate): number | undefined {
  for (const [name, operand] of Object.entries(filter)) {
    const position = name.startsWith('$') ? inClauses(operand, doc, evaluate) : inPath(name, operand, doc, evaluate);
    if (position !== undefined) return position;
  }
  return undefined;
}

function inClauses(operand: unknown, doc: Doc, evaluate: Evaluate): number | undefined {
  if (!Array.isArray(operand)) return undefined;
  for (const clause of operand) {
    if (!isDoc(clause) || !compileFilter(clause, evaluate)(doc)) continue;
    const position = matchedPosition(clause, doc, evaluate);
    if (position !== undefined) return position;
  }
  return undefined;
}

function inPath(path: string, operand: unknown, doc: Doc, evaluate: Evaluate): number | undefined {
  let value: unknown = doc;
  const segments = path.split('.');
  for (const [i, segment] of segments.entries()) {
    value = isDoc(value) ? own(value, segment) : undefined;
    if (Array.isArray(value)) return inArray(value, segments.slice(i + 1), operand, evaluate);
  }
  return undefined;
}

function inArray(
  items: readonly unknown[],
  rest: readonly string[],
  operand: unknown,
  evaluate: Evaluate,
): number | undefined {
  const condition = isOperatorDoc(operand) && '$elemMatch' in operand ? operand['$elemMatch'] : undefined;
  const test =
    condition !== undefined && isDoc(condition) && !isOperatorDoc(condition)
      ? elementFilter(condition, evaluate)
      : compileFilter({ [['item', ...rest].join('.')]: condition ?? operand }, evaluate);
  const at = items.findIndex((item) => test({ item }));
  return at < 0 ? undefined : at;
}

function elementFilter(condition: Doc, evaluate: Evaluate): (wrapped: Doc) => boolean {
  const test = compileFilter(condition, evaluate);
  return ({ item }) => isDoc(item) && test(item);
}
