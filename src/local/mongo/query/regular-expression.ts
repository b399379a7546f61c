import { BSONRegExp } from 'mongodb';
import { MongoFailure } from '../failure.js';

/**
 * A PCRE of MongoDB as a JavaScript one.
 *
 * `x` (extended) is refused: JavaScript has nothing like it.
 *
 * @throws MongoFailure 51091 for an expression JavaScript does not know.
 */
export function regularExpression(operand: unknown, options?: unknown): RegExp {
  let pattern: string;
  let flags = typeof options === 'string' ? options : '';
  if (operand instanceof BSONRegExp) {
    pattern = operand.pattern;
    flags ||= operand.options;
  } else if (operand instanceof RegExp) {
    pattern = operand.source;
    flags ||= operand.flags;
  } else if (typeof operand === 'string') {
    pattern = operand;
  } else {
    throw new MongoFailure(2, '$regex has to be a string');
  }
  const inline = /^\(\?([imsu]+)\)/.exec(pattern);
  if (inline) {
    pattern = pattern.slice(inline[0].length);
    flags += inline[1];
  }
  if (/[^imsu]/.test(flags)) throw new MongoFailure(51108, `invalid flag in regex options: ${flags}`);
  try {
    return new RegExp(pattern, [...new Set(flags.replaceAll('u', ''))].join(''));
  } catch (error) {
    throw new MongoFailure(51091, `Regular expression is invalid: ${(error as Error).message}`);
  }
}
