/** The fields of a Kubernetes `Status` object that are read. */
export interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: StatusDetails;
}

export interface StatusDetails {
  readonly name?: string;
  readonly kind?: string;
  readonly retryAfterSeconds?: number;
  readonly causes?: readonly { readonly field?: string; readonly reason?: string; readonly message?: string }[];
}

/**
 * A request to the cluster that did not do what it was asked.
 *
 * `status` is the HTTP status, or the code of an ERROR event of a watch; it is
 * undefined when no answer came at all, and then `code` says what happened to
 * the network, such as ECONNREFUSED, UND_ERR_SOCKET or TIMEOUT.
 */
export class ClusterError extends Error {
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly reason: string | undefined;
  readonly details: StatusDetails | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, about: ClusterErrorFields = {}) {
    super(message, about.cause === undefined ? undefined : { cause: about.cause });
    this.name = 'ClusterError';
    this.status = about.status;
    this.code = about.code;
    this.reason = about.reason;
    this.details = about.details;
    this.retryAfterSeconds = about.retryAfterSeconds ?? about.details?.retryAfterSeconds;
  }
}

export interface ClusterErrorFields {
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
  readonly details?: StatusDetails | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** What the server answered with a status of 400 or above; the body is a Status, or whatever a proxy on the way said. */
export function errorOfAnswer(status: number, body: string, retryAfter?: string | undefined): ClusterError {
  const told = parseStatus(body);
  const message = told?.message ?? (body.trim() === '' ? `HTTP ${status}` : body.trim().slice(0, 500));
  return new ClusterError(message, {
    status,
    reason: told?.reason,
    details: told?.details,
    retryAfterSeconds: secondsOf(retryAfter),
  });
}

/** The Status that an ERROR event of a watch carries. */
export function errorOfStatus(status: Status): ClusterError {
  return new ClusterError(status.message ?? status.reason ?? 'the watch was ended by the server', {
    status: status.code,
    reason: status.reason,
    details: status.details,
  });
}

/** Anything thrown on the way, as a ClusterError that keeps the network's own code. */
export function errorOfNetwork(error: unknown): ClusterError {
  if (error instanceof ClusterError) return error;
  const { name, message } = (typeof error === 'object' && error !== null ? error : {}) as Partial<Error>;
  const code = codeOf(error) ?? name;
  return new ClusterError(message || code || String(error), { code, cause: error });
}

/** True for the three shapes of "that version is too old": an HTTP status, an ERROR event, an expired continue token. */
export function isExpired(error: unknown): boolean {
  return error instanceof ClusterError && (error.status === 410 || error.reason === 'Expired');
}

/** By its shape and not its class: errors of Node's own modules may come from another realm. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : undefined;
}

function parseStatus(body: string): Status | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Status) : undefined;
  } catch {
    // Not from the API server but from something in between: its text is the message.
    return undefined;
  }
}

/** Retry-After is seconds or a date (RFC 9110, 10.2.3). */
function secondsOf(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined || retryAfter === '') return undefined;
  const seconds = Number(retryAfter);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}
