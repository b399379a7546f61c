import type { ResponseError } from './request.js';
import { RequestError } from './request.js';

/** What the server answered for one operation instead of data. */
export function refusedAnswer(errors: readonly ResponseError[]): RequestError {
  return new RequestError(200, errors);
}

function allAre(codes: ReadonlySet<unknown>, { errors }: RequestError): boolean {
  return errors.length > 0 && errors.every(({ extensions }) => codes.has(extensions?.['code']));
}

const passing: ReadonlySet<unknown> = new Set(['UNAVAILABLE']);
/** True when the server itself says that it is only not there now, as while it shuts down. */
export function passes(error: RequestError): boolean {
  return allAre(passing, error);
}

const maybePassing: ReadonlySet<unknown> = new Set(['UNAVAILABLE', 'INTERNAL', 'RATE_LIMITED']);
/** True for errors that say nothing about the operation itself, as from a server that is just starting. */
export function mayPass(error: RequestError): boolean {
  return allAre(maybePassing, error);
}
