import { DomainError, hintFor, type Problem, type Warning } from '../model/errors.js';
import type { UserError, Warning as WarningOutput } from './generated/resolvers.js';

/** A problem as clients see it. */
export function toUserError({ code, message, field }: Problem): UserError {
  return { code, message, hint: hintFor(code) ?? null, field: field ? [...field] : null };
}

export function toWarning({ code, message, field }: Warning): WarningOutput {
  return { code, message, field: field ? [...field] : null };
}

/**
 * The payload of a mutation: what `work` gives, or `failed` with the problems
 * of a DomainError. Anything else thrown is a defect and passes on.
 */
export async function asPayload<T extends object, F extends object>(
  work: () => Promise<T>,
  failed: F,
): Promise<(T | F) & { userErrors: UserError[] }> {
  try {
    return { ...(await work()), userErrors: [] };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { ...failed, userErrors: error.problems.map(toUserError) };
  }
}
