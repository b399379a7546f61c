/** One field that was refused, as in `details.causes` of a Kubernetes Status. */
export interface FailureCause {
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'ResourceVersionTooLarge'
    | 'NamespaceTerminating';
  readonly message: string;
  /** For example `spec.template.spec.containers[0].image`; absent when no field is to blame. */
  readonly field?: string;
}

/** A refusal in the words of the Kubernetes API: becomes a `Status` object with this HTTP code. */
export class ApiFailure extends Error {
  constructor(
    readonly code: number,
    /** For example NotFound, AlreadyExists, Conflict, Invalid, Expired, Unauthorized, BadRequest. */
    readonly reason: string,
    message: string,
    readonly details?: {
      readonly name?: string;
      readonly group?: string;
      readonly kind?: string;
      readonly uid?: string;
      readonly causes?: readonly FailureCause[];
      readonly retryAfterSeconds?: number;
    },
  ) {
    super(message);
  }
}
