import { ApiFailure } from '../api-failure.js';

/** A refusal as the `Status` object that clients of Kubernetes read. */
export function failureStatus(failure: ApiFailure): object {
  const { code, reason, message, details } = failure;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: failure instanceof ExpiredToken ? { continue: failure.continueToken } : {},
    status: 'Failure',
    message,
    ...(reason !== '' && { reason }),
    ...(details && { details: { ...details, ...(details.group === '' && { group: undefined }) } }),
    code,
  };
}

/** A list cannot go on consistently; it can go on from `continueToken` over what there is now. */
export class ExpiredToken extends ApiFailure {
  constructor(readonly continueToken: string) {
    super(
      410,
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
        'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
        'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
        'deleted between the time the first chunk was returned and now may show up in the list.',
    );
  }
}

export const badRequest = (message: string): ApiFailure => new ApiFailure(400, 'BadRequest', message);

export const resourceNotFound = (): ApiFailure =>
  new ApiFailure(404, 'NotFound', 'the server could not find the requested resource', {});

export const methodNotAllowed = (): ApiFailure =>
  new ApiFailure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

/** The version asked for was never written: the client talks of another cluster, or of the future. */
export const versionTooLarge = (wanted: number, current: number): ApiFailure =>
  new ApiFailure(504, 'Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
