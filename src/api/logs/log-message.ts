export interface LogLine {
  /** Same line, same id, on every read. */
  readonly id: string;
  /** RFC 3339, milliseconds. */
  readonly time: string;
  readonly text: string;
  readonly podId: string;
  readonly container: string;
  readonly trialIndex?: number;
  readonly stream: 'STDOUT' | 'STDERR' | 'RUNNER';
}

/** Lines that a reader will not get, and why. Times are RFC 3339. */
export interface LogGap {
  readonly reason: string;
  readonly since?: string;
}

export interface LogMessage {
  readonly lines: readonly LogLine[];
  /** Resumes behind the last of `lines`. */
  readonly cursor: string;
  readonly gap?: LogGap;
  /** True on the last message: no more can come. */
  readonly ended: boolean;
}
