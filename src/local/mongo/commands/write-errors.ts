import { type Doc } from '../bson/document.js';
import { flag } from '../bson/numbers.js';
import { MongoFailure } from '../failure.js';

/** A refusal of one of several writes, as the reply lists it. */
export function writeError(index: number, { code, message, extra }: MongoFailure): Doc {
  return { index, code, errmsg: message, ...extra };
}

/**
 * Applies writes one by one, as far as `ordered` allows.
 *
 * @param apply throws `MongoFailure` to refuse the one it is given; that one has then changed nothing.
 * @returns the refusals.
 */
export function applyEach<T>(
  writes: readonly T[],
  ordered: unknown,
  inTransaction: boolean,
  apply: (write: T, index: number) => void,
): Doc[] {
  const errors: Doc[] = [];
  for (const [index, write] of writes.entries()) {
    try {
      apply(write, index);
    } catch (error) {
      if (!(error instanceof MongoFailure) || error.code === 50) throw error;
      errors.push(writeError(index, error));
      if (ordered === undefined || flag(ordered) || inTransaction) break;
    }
  }
  return errors;
}

export function withErrors(reply: Doc, errors: readonly Doc[]): Doc {
  return errors.length > 0 ? { ...reply, writeErrors: errors } : reply;
}
