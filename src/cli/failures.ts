import { Refusal } from '../client/refusal.js';
import { RequestError } from '../client/request.js';
import { ExperimentFileError } from './experiment-file.js';
import type { ExperimentFile } from './experiment-file.js';

export const exitCodes = { done: 0, failed: 1, usage: 2, notAuthenticated: 4, interrupted: 130 } as const;

/** Something a person can mend or has to know: one sentence, and how the process ends. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly exitCode: number = exitCodes.failed,
  ) {
    super(message);
  }
}

/** User errors, placed in the file that they are about. */
export class FileRefusal extends Error {
  constructor(
    readonly refusal: Refusal,
    readonly file: ExperimentFile,
  ) {
    super(refusal.message);
  }
}

/** What to tell about an error, one sentence per line, and the exit code. @throws the error again when it is a fault of ours. */
export function explain(error: unknown, serverUrl: string): { lines: readonly string[]; exitCode: number } {
  if (error instanceof Failure) return { lines: [error.message], exitCode: error.exitCode };
  if (error instanceof ExperimentFileError) return { lines: error.problems, exitCode: exitCodes.failed };
  if (error instanceof FileRefusal) {
    return { lines: userErrorLines(error.refusal, (field) => error.file.locate(field)), exitCode: exitCodes.failed };
  }
  if (error instanceof Refusal)
    return { lines: userErrorLines(error, (field) => field.join('.')), exitCode: exitCodes.failed };
  if (error instanceof RequestError) return explainRequest(error);
  if (isUnreachable(error)) {
    const message = `No GLADOS server answers at ${serverUrl}. Start one with npm start, or name one with --server.`;
    return { lines: [message], exitCode: exitCodes.failed };
  }
  if (error instanceof Error && 'syscall' in error) return { lines: [`${error.message}.`], exitCode: exitCodes.failed };
  throw error;
}

function userErrorLines({ userErrors }: Refusal, placeOf: (field: readonly string[]) => string): string[] {
  return userErrors.map(
    ({ field, message, hint }) =>
      `${field && field.length > 0 ? `${placeOf(field)}: ` : ''}${message}${hint ? ` ${hint}` : ''}`,
  );
}

function explainRequest(error: RequestError): { lines: readonly string[]; exitCode: number } {
  const notAuthenticated =
    error.status === 401 ||
    error.status === 4403 ||
    error.errors.some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED');
  const requestId = error.errors
    .map(({ extensions }) => extensions?.['requestId'])
    .find((id) => typeof id === 'string');
  const line = `${error.message}${requestId === undefined ? '' : ` (request ${requestId})`}`;
  if (!notAuthenticated) return { lines: [line], exitCode: exitCodes.failed };
  return { lines: [`${line} Give a token with --token or GLADOS_TOKEN.`], exitCode: exitCodes.notAuthenticated };
}

/** fetch throws a TypeError and puts what happened into its cause. By name, because a TypeError of another realm is not an instance of this one's. */
function isUnreachable(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'name' in error && error.name === 'TypeError' && 'cause' in error
  );
}
