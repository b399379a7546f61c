/** What a container starts: its command line, where, and with which variables. */
export interface Program {
  readonly argv: readonly string[];
  readonly directory: string;
  readonly environment: ReadonlyMap<string, string>;
}
