import { readFileSync } from 'node:fs';

/** The token that was given cannot be one; the message is all there is to say. */
export class AdministratorTokenError extends Error {}

const leastLength = 20;

/**
 * The token that opens everything, from the variable itself or from the file
 * that another names, as a Secret is mounted. White space around it does not
 * count: editors leave a line end.
 *
 * @returns undefined when neither is set
 * @throws AdministratorTokenError
 */
export function readAdministratorToken(environment: {
  readonly token: string | undefined;
  readonly path: string | undefined;
}): string | undefined {
  const { token, path } = environment;
  if (token && path) {
    throw new AdministratorTokenError('GLADOS_ADMIN_TOKEN and GLADOS_ADMIN_TOKEN_FILE both name a token: set one.');
  }
  if (path) return checked(read(path), `The token in GLADOS_ADMIN_TOKEN_FILE=${path}`);
  return token ? checked(token.trim(), 'GLADOS_ADMIN_TOKEN') : undefined;
}

/** The token that opens everything, as it is at this moment. */
export interface AdministratorToken {
  readonly current: string;
  /**
   * Looks at the file again; a token from the variable stays as it is.
   *
   * @throws AdministratorTokenError when there is none in the file: the last one then stays good
   */
  refresh(): void;
}

/** @param first As it was read at the start. @param path The file, when it came from one. */
export function createAdministratorToken(first: string, path: string | undefined): AdministratorToken {
  let current = first;
  return {
    get current() {
      return current;
    },
    refresh() {
      if (path !== undefined) current = readAdministratorToken({ token: undefined, path }) ?? current;
    },
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AdministratorTokenError(`GLADOS_ADMIN_TOKEN_FILE=${path} cannot be read (${code}).`);
  }
}

/** What may stand behind `Bearer`. @see RFC 6750, 2.1 */
function checked(token: string, subject: string): string {
  if (token.length < leastLength || !/^[\w\-.~+/]+=*$/.test(token)) {
    throw new AdministratorTokenError(
      `${subject} has to be at least ${leastLength} letters, digits and -._~+/, such as "openssl rand -hex 32" gives.`,
    );
  }
  return token;
}
