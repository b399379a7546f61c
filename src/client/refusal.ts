import type { UserErrorFieldsFragment } from './generated/graphql.js';

/** The server understood what was asked and says what the caller can mend. */
export class Refusal extends Error {
  /** @param userErrors at least one. */
  constructor(readonly userErrors: readonly UserErrorFieldsFragment[]) {
    super(userErrors.map((error) => error.message).join(' '));
  }
}

/** The payload's object. @throws Refusal when there are user errors instead. */
export function accepted<T>(object: T | null | undefined, userErrors: readonly UserErrorFieldsFragment[]): T {
  if (userErrors.length > 0 || object == null) throw new Refusal(userErrors);
  return object;
}
