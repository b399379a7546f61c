import type { ErrorCode } from './errors.js';

/** Notes one problem. Checks go on after it, so that a client sees all of them at once. */
export type Note = (code: ErrorCode, message: string, field: readonly string[]) => void;
